"""Measures what labelling costs.

    python -m benchmarks.predict predictors     # which network should label; about an hour
    python -m benchmarks.predict speed          # against sentence-transformers on torch; a quiet machine, 15 minutes
    python -m benchmarks.predict serving        # requests per second of `gapwise serve`
    python -m benchmarks.predict memory         # files of some lengths
    python -m benchmarks.predict page           # measures nothing: puts the tables into docs/at-work.md

All but `predictors` need final/ and exports/, which docs/at-work.md makes; `speed` also needs `make torch-env`.
Tables are written into benchmarks/predict/results.
"""

from pathlib import Path

import pandas as pd
import typer

RESULTS = Path(__file__).parent / "results"

program = typer.Typer(add_completion=False)


def save(table: pd.DataFrame, name: str) -> None:
    """Writes a table with four digits of each figure, and prints it."""
    table.to_csv(RESULTS / f"{name}.csv", index=False, float_format="%.4g", lineterminator="\n")
    print(table.round(4).to_string(index=False), flush=True)


@program.command()
def predictors() -> None:
    """Measures which network should label."""
    from benchmarks.predict.predictors import measure

    tables = []
    for table in measure():
        tables.append(table)
        save(pd.concat(tables, ignore_index=True), "predictors")


@program.command()
def speed(texts: int = 2_000, rounds: int = 1) -> None:
    """Measures texts per second, one text at a time, and the first answer of a process."""
    from benchmarks.predict.speed import measure

    save(measure(texts, rounds), "speed")


@program.command()
def serving(seconds: float = 10) -> None:
    """Measures requests per second and their latency."""
    from benchmarks.predict.serving import measure

    save(measure(seconds), "serving")


@program.command()
def memory(rows: int = 10_000) -> None:
    """Measures the memory of `gapwise predict` on a long file."""
    from benchmarks.predict.memory import measure

    save(measure(rows), "memory")


@program.command()
def page() -> None:
    """Puts the tables into docs/at-work.md."""
    from benchmarks.predict.page import write

    write()


if __name__ == "__main__":
    program()
