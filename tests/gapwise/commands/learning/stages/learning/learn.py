"""Draws the tables that the real pipeline makes, and learns from numbers in place of texts: python learn.py STAGE."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from sklearn.linear_model import LogisticRegression

from gapwise.splitting.draws import draw_repeats, seal_test
from gapwise.splitting.params import SplitParams

PARAMS = YAML(typ="safe").load(Path("params.yaml"))
WIDTH, APART = 20, 0.25


def split():
    source, params = pd.read_csv(PARAMS["prepare"]["source"]), SplitParams(**PARAMS["split"])
    table = source.assign(
        text_id=[f"{number:016x}" for number in range(len(source))],
        row=range(1, len(source) + 1),
        part=pd.array([pd.NA] * len(source), dtype="str"),
        group=[f"{number // 2}" for number in range(len(source))],
    )[["text_id", "row", "text", "label", "group", "part"]]
    development, test = seal_test(table, params)
    made = {"dataset": table, "development": development, "test": test, "repeats": draw_repeats(development, params)}
    for name, rows in made.items():
        rows.to_parquet(f"data/{name}.parquet", index=False)


def finetune():
    Path("models").mkdir(exist_ok=True)
    Path("models/repeat-0.safetensors").write_text(json.dumps(PARAMS["finetune"]))
    texts = pd.read_parquet("data/dataset.parquet").set_index("text_id")
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(len(texts), WIDTH)) + APART * (texts["label"] == "good").to_numpy()[:, None]
    vectors = pd.DataFrame(numbers, index=texts.index)
    test = pd.read_parquet("data/test.parquet")[["text_id"]].assign(part="test")
    tables = []
    for repeat, rows in pd.read_parquet("data/repeats.parquet").groupby("repeat"):
        used = pd.concat([rows[["text_id", "part"]], test], ignore_index=True).assign(repeat=repeat)
        used["label"] = texts["label"].loc[used["text_id"]].to_numpy()
        train = used[used["part"] == "train"]
        model = LogisticRegression(C=PARAMS["finetune"]["penalty"]).fit(vectors.loc[train["text_id"]], train["label"])
        used["predicted"] = model.predict(vectors.loc[used["text_id"]])
        used[["p_bad", "p_good"]] = model.predict_proba(vectors.loc[used["text_id"]])
        tables.append(used[["repeat", "text_id", "part", "label", "predicted", "p_bad", "p_good"]])
    pd.concat(tables, ignore_index=True).to_parquet("data/predictions.parquet", index=False)


if __name__ == "__main__":
    Path("data").mkdir(exist_ok=True)
    {"split": split, "finetune": finetune}[sys.argv[1]]()
