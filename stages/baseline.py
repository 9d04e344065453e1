"""Fits and predicts with the classifiers that fine-tuning must be worth its cost against."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


import pandas as pd

from gapwise.base.tables import BaselinePredictions, Repeats, Texts, Tokens
from gapwise.baselines.catalogue import predict
from gapwise.disk.io import read_params, read_table, run, write_table
from gapwise.encoding.cut import frozen_vectors
from gapwise.encoding.params import TokenizeParams


def main() -> None:
    """Predicts with every baseline on every repeat."""
    params = read_params(TokenizeParams)
    development = read_table("data/development.parquet", Texts)
    test = read_table("data/test.parquet", Texts)
    repeats = read_table("data/repeats.parquet", Repeats)
    tokens = pd.concat([read_table(f"data/tokens/{part}.parquet", Tokens) for part in ("development", "test")])
    used = tokens["text_id"].isin([*repeats["text_id"], *test["text_id"]])  # variants are in neither
    texts = tokens[used].drop_duplicates("text_id")
    vectors = frozen_vectors(texts, params)
    write_table("data/baseline_predictions.parquet", predict(development, test, repeats, vectors), BaselinePredictions)


if __name__ == "__main__":
    run(main)
