"""Seals the test set, then draws train and validation for every repeat."""

from gapwise.split_params import SplitParams
from gapwise.split_summary import summarize
from gapwise.splits import draw_repeats, seal_test
from gapwise.tables import Repeats, Texts
from stages.door import read_params, read_table, run, write_json, write_table


def main() -> None:
    """Splits data/dataset.parquet."""
    params = read_params(SplitParams)
    texts = read_table("data/dataset.parquet", Texts)
    development, test = seal_test(texts, params)
    repeats = draw_repeats(development, params)
    write_table("data/test.parquet", test, Texts)
    write_table("data/development.parquet", development, Texts)
    write_table("data/repeats.parquet", repeats, Repeats)
    write_json("metrics/split.json", summarize(texts, development, test, repeats))


if __name__ == "__main__":
    run(main)
