#!/usr/bin/env bash
# Hugging Face datasets 5.2.0, seen on 2026-11-27: a column of ClassLabel is exported as numbers. Only a parquet file keeps
# the names, in the schema's metadata under "huggingface", which pandas 3.1.1 does not look at. A row without a label is
# -1 there and in csv and jsonl. So whoever reads the export as a table gets the classes 0, 1 and -1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pandas==3.1.1
cd "$folder"
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON' | tee output.txt
import json

import pandas as pd
import pyarrow.parquet as pq
from datasets import ClassLabel, Dataset, Features, Value

features = Features({"text": Value("string"), "label": ClassLabel(names=["negative", "positive"])})
rows = Dataset.from_dict({"text": ["good", "bad", "new"], "label": [1, 0, -1]}, features=features)
rows.to_parquet("rows.parquet")
rows.to_csv("rows.csv")
rows.to_json("rows.jsonl")
print("parquet", pd.read_parquet("rows.parquet")["label"].tolist())
print("csv", pd.read_csv("rows.csv")["label"].tolist())
print("jsonl", pd.read_json("rows.jsonl", lines=True)["label"].tolist())
metadata = json.loads(pq.read_schema("rows.parquet").metadata[b"huggingface"])
print("metadata", metadata["info"]["features"]["label"])
PYTHON
diff - output.txt <<'SEEN'
parquet [1, 0, -1]
csv [1, 0, -1]
jsonl [1, 0, -1]
metadata {'names': ['negative', 'positive'], '_type': 'ClassLabel'}
SEEN
