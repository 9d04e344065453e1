"""Measures how often the forecast of a learning curve holds the truth.

    python -m benchmarks.curve

It writes curve.md, curve.csv and curve.png into benchmarks/curve/results.
"""

from typing import Annotated

import typer


def main(
    pools: Annotated[int, typer.Option(help="Of each sample set, size and learner.")] = 2,
    worlds: Annotated[int, typer.Option(help="Of each pool, repeats and test rows.")] = 1,
    seed: Annotated[int, typer.Option(help="Of everything.")] = 20261,
    names: Annotated[str, typer.Option("--sets", help="Sample sets, by comma.")] = "",
) -> None:
    """Draws worlds in which the rest of the curve is known, and hides it."""
    from benchmarks.curve.report import simulate
    from gapwise.texts.samples import NAMES

    simulate(tuple(names.split(",")) if names else tuple(NAMES), pools, worlds, seed)


if __name__ == "__main__":
    typer.run(main)
