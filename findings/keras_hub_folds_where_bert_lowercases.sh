#!/usr/bin/env bash
# keras-hub 0.32.0 with tensorflow-text 2.21.1, seen on 2026-11-28: BertTokenizer with lowercase=True folds case by NFKC, where
# BERT's own tokenizer (tokenizers 0.23.3) makes lower case. "ß" becomes "ss", and the full-width comma the ASCII one, so
# that texts get other token ids than the network was trained on, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tensorflow==2.21.0 tensorflow-text==2.21.1 keras==3.15.1 keras-hub==0.32.0 tokenizers==0.23.3
cd "$folder"
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON' 2> /dev/null | tee output.txt
import keras_hub
from tokenizers import BertWordPieceTokenizer

pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "stra", "##ß", "##s", "##e", ",", "，", "good"]
theirs = BertWordPieceTokenizer({piece: number for number, piece in enumerate(pieces)}, lowercase=True)
ours = keras_hub.tokenizers.BertTokenizer(pieces, lowercase=True, strip_accents=True)
for text in ("Straße", "Good，good", "Good, good"):
    one = theirs.encode(text, add_special_tokens=False).tokens
    other = [pieces[number] for number in ours(text)]
    print(text, one, other, "equal" if one == other else "different")
PYTHON
diff - output.txt <<'SEEN'
Straße ['stra', '##ß', '##e'] ['stra', '##s', '##s', '##e'] different
Good，good ['good', '，', 'good'] ['good', ',', 'good'] different
Good, good ['good', ',', 'good'] ['good', ',', 'good'] equal
SEEN
