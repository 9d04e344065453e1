"""Measures how many wrong labels are found.

    python -m benchmarks.labels planted     # wrong labels planted into the four sample sets; some minutes
    python -m benchmarks.labels page        # measures nothing: puts the table into docs/labels.md

The table is written into benchmarks/labels/results.
"""

from typing import Annotated

import pandas as pd
import typer

from benchmarks.labels.page import RESULTS, write

program = typer.Typer(add_completion=False)


@program.command()
def planted(
    worlds: Annotated[int, typer.Option(help="Of each set and share.")] = 20,
    seed: Annotated[int, typer.Option(help="Of everything.")] = 20261,
) -> None:
    """Plants wrong labels and looks for them."""
    from benchmarks.labels.planted import measure

    tables = []
    for table in measure(worlds, seed):
        tables.append(table)
        pd.concat(tables).to_csv(RESULTS / "planted.csv", index=False, lineterminator="\n")
        print(table.groupby(["set", "share", "way"])[["planted", "found", "found_twice"]].sum(), flush=True)


@program.command()
def page() -> None:
    """Puts the table into docs/labels.md."""
    write()


if __name__ == "__main__":
    program()
