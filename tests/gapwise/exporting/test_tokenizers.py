import pandas as pd
import pytest
from tokenizers import Tokenizer

from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras_hub
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.exporting.tokenizers import write_tokenizer


@pytest.mark.parametrize("lower", [True, False])
def test_a_folder_of_keras_hub_gives_the_ids_of_the_file_that_an_export_has(tmp_path, lower):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "stra", "Stra", "##ß", "##ss", "##e", "café", "cafe", "½"]
    keras_hub.models.BertBackbone(len(pieces), 1, 1, 4, 4, max_sequence_length=16).save_to_preset(str(tmp_path))
    keras_hub.tokenizers.BertTokenizer(pieces, lowercase=lower, strip_accents=lower).save_to_preset(str(tmp_path))
    params = TokenizeParams(preset=str(tmp_path), prefix=None, max_length=16)
    write_tokenizer(params, tmp_path / "written.json")
    written = Tokenizer.from_file(str(tmp_path / "written.json"))
    for text, ids in (("Straße", [5 if lower else 6, 7, 9]), ("café ½", [11 if lower else 10, 12])):
        rows = pd.DataFrame({"text_id": ["a"], "source_id": ["a"], "text": [text]})
        table, _ = tokenize(rows, load_tokenizer(params.preset), params)
        assert table["token_ids"][0].tolist() == written.encode(text).ids == [2, *ids, 3]
