#!/usr/bin/env bash
# ruamel.yaml 0.19.1, seen on 2026-11-28: a list below a key with a comment behind it is set to an empty list. The file that is
# written puts the next mapping's first key behind its parent, "tokenize: preset: a", which no YAML reader takes. DVC changes
# params.yaml with it: -S 'augment.methods=[]' then ends in "YAML file structure is corrupted". Without the comment all is well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ruamel.yaml==0.19.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON' | tee output.txt
import io

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

for comment in ("  # of these", ""):
    yaml = YAML()
    document = yaml.load(f"augment:\n  methods:{comment}\n  - delete\n  - swap\ntokenize:\n  preset: a\n")
    document["augment"]["methods"] = []
    written = io.StringIO()
    yaml.dump(document, written)
    print(written.getvalue().splitlines()[-1])
    try:
        print(YAML(typ="safe").load(written.getvalue()))
    except YAMLError as error:
        print(type(error).__name__, error.problem)
PYTHON
diff - output.txt <<'SEEN'
tokenize: preset: a
ScannerError mapping values are not allowed here
  preset: a
{'augment': {'methods': []}, 'tokenize': {'preset': 'a'}}
SEEN
