"""Measures how often a verdict is right.

    python -m benchmarks.honesty simulations    # many heads in simulated worlds
    python -m benchmarks.honesty rotation       # the same heads, every row tested once
    python -m benchmarks.honesty fine-tuned     # the pipeline's own fine-tuning, two seeds of one setting
    python -m benchmarks.honesty races          # searches of 24 settings against the full grid, in simulated worlds
    python -m benchmarks.honesty tuned-races    # the same by the pipeline's own fine-tuning, on two sets

The first writes honesty.md, honesty.csv and honesty.png into benchmarks/honesty/results, each other a page of its name.
"""

from typing import Annotated

import typer

program = typer.Typer(add_completion=False)


@program.command()
def simulations(
    pools: Annotated[int, typer.Option(help="Pools of each sample set.")] = 8,
    worlds: Annotated[int, typer.Option(help="Worlds of each pool, pair and size.")] = 4,
    seed: Annotated[int, typer.Option(help="Of everything.")] = 20261,
) -> None:
    """Simulates worlds in which the truth is known."""
    from benchmarks.honesty.report import simulate

    simulate(pools, worlds, seed)


@program.command()
def rotation(
    worlds: Annotated[int, typer.Option(help="Of each sample set and size.")] = 100,
    seed: Annotated[int, typer.Option(help="Of everything.")] = 20261,
) -> None:
    """Tests every row once, in worlds in which the truth is known."""
    from benchmarks.honesty.rotation import measure

    measure(worlds, seed)


@program.command()
def fine_tuned(
    repeats: Annotated[int, typer.Option(help="Trained twice each.")] = 20,
    worlds: Annotated[int, typer.Option(help="Of each size.")] = 200,
    name: Annotated[str, typer.Option(help="Of the sample set.")] = "nyt-editorials",
) -> None:
    """Fine-tunes every repeat with two seeds."""
    from benchmarks.honesty.fine_tuned import measure

    measure(repeats, worlds, name)


@program.command()
def races(
    worlds: Annotated[int, typer.Option(help="With 24 settings that differ.")] = 1000,
    alike: Annotated[int, typer.Option(help="With 24 settings that are one.")] = 400,
    seed: Annotated[int, typer.Option(help="Of everything.")] = 1000,
) -> None:
    """Races settings where the truth is known."""
    from benchmarks.honesty.races import measure

    measure(worlds, alike, seed)


@program.command()
def tuned_races() -> None:
    """Trains a grid on two sets, and races on what it has kept."""
    from benchmarks.honesty.tuned_races import measure

    measure()


if __name__ == "__main__":
    program()
