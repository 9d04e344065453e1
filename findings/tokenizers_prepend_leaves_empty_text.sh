#!/usr/bin/env bash
# tokenizers 0.23.3, seen on 2026-11-29: the normalizer Prepend puts its words before a text of one space, and leaves an
# empty text empty. An encoder's prefix ("query: " for e5) that stands in tokenizer.json thus gives an empty text other ids
# than the same prefix joined to it before. Whoever moves a prefix into the file must refuse empty texts, or treat them apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tokenizers==0.23.3
cd "$folder"
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON' | tee output.txt
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

words = {"[UNK]": 0, "query": 1, ":": 2, "good": 3}
joined = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
joined.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
in_the_file = Tokenizer.from_str(joined.to_str())
in_the_file.normalizer = normalizers.Prepend("query: ")
for text in ("good", " ", ""):
    print(repr(text), joined.encode("query: " + text).tokens, in_the_file.encode(text).tokens)
PYTHON
diff - output.txt <<'SEEN'
'good' ['query', ':', 'good'] ['query', ':', 'good']
' ' ['query', ':'] ['query', ':']
'' ['query', ':'] []
SEEN
