#!/usr/bin/env bash
# huggingface_hub 2.4.0, seen on 2026-11-30: ModelCard.from_template is given a ModelCardData, and a template has `card_data`
# for its front matter. There it is no longer that object but its YAML as one string. So `{{ card_data.license }}` is nothing,
# without an error, and a card denies the licence in its text that its front matter has. `{{ license }}` is the licence: each
# field of the data is a variable of its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check huggingface_hub==2.4.0 jinja2==3.1.6
cat > ask.py <<'ASK'
from huggingface_hub import ModelCard, ModelCardData

TEMPLATE = """---
{{ card_data }}
---
by the data: {{ card_data.license if card_data.license else "none was given" }}
by itself: {{ license }}
kind: {{ card_data.__class__.__name__ }}
"""
print(ModelCard.from_template(ModelCardData(license="cc-by-4.0"), template_str=TEMPLATE).content.strip())
ASK
venv/bin/python ask.py | tee output.txt
diff - output.txt <<'SEEN'
---
license: cc-by-4.0
---
by the data: none was given
by itself: cc-by-4.0
kind: str
SEEN
