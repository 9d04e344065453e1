"""Measures what a repeat costs.

    python -m benchmarks.speed              # all parts, about an hour
    python -m benchmarks.speed compare      # one part; others: tried, profile, workers, stages, growth, report
    python -m benchmarks.speed compare --rows 60 --epochs 2 --rounds 1    # a small try

Tables, speed.md and speed.png are written into benchmarks/speed/results, and docs/speed.md is made of them. `report`
alone measures nothing. The
comparison with torch needs `make torch-env`, and is left out without it.
"""

from typing import Annotated

import pandas as pd
import typer

from benchmarks.speed import parts, report
from benchmarks.speed.report import RESULTS
from benchmarks.speed.stages import measure_stages

PARTS = ("compare", "tried", "profile", "workers", "stages", "growth", "report")

program = typer.Typer(add_completion=False)


@program.command()
def main(
    chosen: Annotated[list[str] | None, typer.Argument(help=f"of {', '.join(PARTS)}; all without it")] = None,
    rows: Annotated[int, typer.Option(help="to train on in the comparison")] = 500,
    epochs: Annotated[int, typer.Option(help="of each run; the first is not among the best")] = 3,
    rounds: Annotated[int, typer.Option(help="of the comparison; the best counts")] = 2,
    largest: Annotated[int, typer.Option(help="rows times repeats, at most; all 200,000 take an hour")] = 50_000,
) -> None:
    """Measures, and writes tables and a picture."""
    measured = {
        "compare": lambda: parts.compare(rows, epochs, rounds),
        "tried": lambda: parts.tried(rows, epochs, rounds),
        "profile": lambda: parts.profile(rows),
        "workers": lambda: parts.workers(rows, epochs, rounds),
        "stages": measure_stages,
    }
    unknown = set(chosen or []) - set(PARTS)
    if unknown:
        raise typer.BadParameter(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in [part for part in PARTS if part in (chosen or PARTS)]:
        if name == "growth":
            parts.growth(RESULTS / "growth.csv", largest)
        elif name in measured:
            _write(name, measured[name]())
    report.write(RESULTS)


def _write(name: str, table: pd.DataFrame) -> None:
    report.save(table, RESULTS / f"{name}.csv")
    print(table.round(3).to_string(index=False), flush=True)


if __name__ == "__main__":
    program()
