"""Turns texts and variants into token ids, once for all repeats."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


import pandas as pd

from gapwise.base.tables import Texts, Tokens, Variants
from gapwise.disk.io import read_params, read_table, run, write_json, write_table
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import longest
from gapwise.encoding.tokenizer import coverage, in_lines, load_tokenizer, tokenize


def main() -> None:
    """Tokenizes development texts, their variants and test texts."""
    params = read_params(TokenizeParams)
    development = read_table("data/development.parquet", Texts)[["text_id", "text"]]
    test = read_table("data/test.parquet", Texts)[["text_id", "text"]]
    variants = read_table("data/augmented.parquet", Variants)[["text_id", "source_id", "text"]]

    tokenizer = load_tokenizer(params.preset)
    tables = {
        name: tokenize(rows, tokenizer, params)
        for name, rows in {
            "development": development.assign(source_id=development["text_id"]),
            "augmented": variants,
            "test": test.assign(source_id=test["text_id"]),
        }.items()
    }

    both = pd.concat([tables["development"][0], tables["augmented"][0]], ignore_index=True)
    write_table("data/tokens/development.parquet", both, Tokens)
    write_table("data/tokens/test.parquet", tables["test"][0], Tokens)
    write_json("metrics/tokens.json", {name: report for name, (_, report) in tables.items()})
    write_json("metrics/coverage.json", coverage(tables["development"][1]))
    print(*in_lines(tables["development"][1], params.max_length, longest(params.preset)), sep="\n", flush=True)


if __name__ == "__main__":
    run(main)
