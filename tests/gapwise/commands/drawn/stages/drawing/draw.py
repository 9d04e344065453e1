"""Draws the tables that the real pipeline makes: python draw.py STAGE."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

PARAMS = YAML(typ="safe").load(Path("params.yaml"))
VALIDATION_ROWS = 20


def split():
    table, params = pd.read_csv(PARAMS["prepare"]["source"]), PARAMS["split"]
    ids = [f"{number:016x}" for number in range(len(table))]
    no_part = pd.array([pd.NA] * len(table), dtype="str")
    table = table.assign(text_id=ids, row=range(1, len(table) + 1), part=no_part, group=[name[:-1] for name in ids])
    table = table[["text_id", "row", "text", "label", "group", "part"]]
    sealed = np.random.default_rng(params["seed"]).permutation(len(table)) < len(table) // 2
    parts = ["train"] * params["train_size"] + ["validation"] * VALIDATION_ROWS
    drawn = [
        np.random.default_rng([params["seed"], repeat]).permutation(table["text_id"][~sealed])[: len(parts)]
        for repeat in range(params["repeats"])
    ]
    repeats = [pd.DataFrame({"repeat": repeat, "text_id": ids, "part": parts}) for repeat, ids in enumerate(drawn)]
    for name, made in (("dataset", table), ("test", table[sealed]), ("repeats", pd.concat(repeats))):
        made.to_parquet(f"data/{name}.parquet", index=False)


def finetune():
    for folder in ("models", "metrics/plots"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    Path("models/repeat-0.safetensors").write_text(json.dumps(PARAMS["finetune"]))
    rows = [
        {"repeat": repeat, "epoch": epoch, "part": part, "log_loss": start / epoch, "kept": int(epoch == 2)}
        for repeat in range(PARAMS["split"]["repeats"])
        for epoch in (1, 2, 3)
        for part, start in (("train", 0.7), ("validation", 0.8))
    ]
    pd.DataFrame(rows).to_csv("metrics/plots/epochs.csv", index=False)
    predict()


def predict():
    labels = pd.read_parquet("data/dataset.parquet").set_index("text_id")["label"]
    test = pd.read_parquet("data/test.parquet")[["text_id"]].assign(part="test")
    of_repeats = pd.read_parquet("data/repeats.parquet").groupby("repeat")
    used = [pd.concat([rows[["text_id", "part"]], test]).assign(repeat=repeat) for repeat, rows in of_repeats]
    table = pd.concat(used, ignore_index=True)
    table["label"] = labels[table["text_id"]].to_numpy()
    skill = np.where(table["part"] == "train", 0.97, PARAMS["finetune"]["skill"])
    right = np.random.default_rng(0).random(len(table)) < skill
    sure = np.random.default_rng(1).uniform(0.55, 0.99, len(table))
    table["p_bad"] = np.where(right == (table["label"] == "bad"), sure, 1 - sure)
    table["p_good"] = 1 - table["p_bad"]
    table["predicted"] = np.where(table["p_bad"] > 0.5, "bad", "good")
    columns = ["repeat", "text_id", "part", "label", "predicted", "p_bad", "p_good"]
    table[columns].to_parquet("data/predictions.parquet", index=False)


if __name__ == "__main__":
    Path("data").mkdir(exist_ok=True)
    {"split": split, "finetune": finetune}[sys.argv[1]]()
