import pandas as pd
import pytest
from tokenizers import Tokenizer

from gapwise.encoding.hugging_face import WordPieceTokenizer
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras_hub
from gapwise.encoding.tokenizer import tokenize
from gapwise.exporting.tokenizers import write_tokenizer


@pytest.mark.parametrize("lower", [True, False])
def test_a_tokenizer_of_keras_hub_gives_the_ids_of_the_file_that_an_export_has(tiny_bert, tmp_path, lower):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "stra", "Stra", "##ß", "##ss", "##e", "café", "cafe", "½"]
    theirs = keras_hub.tokenizers.BertTokenizer(pieces, lowercase=lower, strip_accents=lower)
    tokenizer = WordPieceTokenizer.of(theirs)
    params = TokenizeParams(preset=tiny_bert, prefix=None, max_length=16)
    write_tokenizer(params, tokenizer, tmp_path / "tokenizer.json")
    written = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for text, ids in (("Straße", [5 if lower else 6, 7, 9]), ("café ½", [11 if lower else 10, 12])):
        table, _ = tokenize(pd.DataFrame({"text_id": ["a"], "source_id": ["a"], "text": [text]}), tokenizer, params)
        assert table["token_ids"][0].tolist() == written.encode(text).ids == [2, *ids, 3]
