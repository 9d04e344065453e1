"""Measures what fine-tuning and its settings are worth on little data.

    python -m benchmarks.quality compare        # every way to do the job: quality.csv, quality.md and quality.png
    python -m benchmarks.quality public         # the same on public sets that are fetched: public.csv and public.md
    python -m benchmarks.quality epochs         # how many suit a size between the measured ones: epochs.csv
    python -m benchmarks.quality memory         # the contrastive term with a memory and without: memory.csv
    python -m benchmarks.quality averaged       # the mean of several networks: averaged.csv
    python -m benchmarks.quality what-helps     # one change of a setting at a time: what-helps.csv, docs/what-helps.md
    python -m benchmarks.quality probe-scale    # two ways to scale vectors for the probe: probe-scale.csv
    python -m benchmarks.quality penalty        # of a refitted head without validation rows: penalty.csv
    python -m benchmarks.quality temperature    # probabilities scaled by few validation rows or many: temperature.csv

Tables are in benchmarks/quality/results. Every training is a row of a table and is not done again without `--again`.
Commands measure what is missing, then write their page; `--page-only` measures nothing. Options that choose
take several values: `--set tweets --set movie-reviews`.
"""

from typing import Annotated

import typer

from benchmarks.quality import comparison_report, open_sets, penalty, probe_scale, temperature, trainings, what_helps
from benchmarks.quality.comparison import AVERAGED, EPOCHS, MEMORY, PUBLIC, SAMPLES
from benchmarks.quality.sets import SETS, SIZES

Sets = Annotated[list[str], typer.Option("--set", help=f"of {', '.join(SETS)}")]
Sizes = Annotated[list[str], typer.Option("--size", help=f"of {', '.join(SIZES)}")]
Again = Annotated[bool, typer.Option("--again", help="measure what is there too, and replace it")]
PageOnly = Annotated[bool, typer.Option("--page-only", help="measure nothing, write the page")]

ALL_SETS, ALL_SIZES, ALL_COLUMNS = list(SETS), list(SIZES), list(SAMPLES.columns)
PUBLIC_SETS, PUBLIC_COLUMNS = list(PUBLIC.sets), list(PUBLIC.columns)
CHOSEN_BY = ["nyt-editorials", "amazon-reviews"]  # by their validation rows settings are chosen

program = typer.Typer(add_completion=False)


@program.command()
def compare(
    sets: Sets = ALL_SETS,
    sizes: Sizes = ALL_SIZES,
    columns: Annotated[list[str], typer.Option("--column", help=f"of {', '.join(SAMPLES.columns)}")] = ALL_COLUMNS,
    again: Again = False,
    page_only: PageOnly = False,
) -> None:
    """Compares the ways to do the job. SetFit needs `make torch-env`, and is left out without it."""
    _check(sets=(sets, SETS), sizes=(sizes, SIZES), columns=(columns, SAMPLES.columns))
    if not page_only:
        SAMPLES.measure(sets, sizes, columns, again)
    comparison_report.write(trainings.read(SAMPLES.table))


@program.command()
def public(
    sets: Annotated[list[str], typer.Option("--set", help=f"of {', '.join(PUBLIC.sets)}")] = PUBLIC_SETS,
    sizes: Sizes = ALL_SIZES,
    columns: Annotated[list[str], typer.Option("--column", help=f"of {', '.join(PUBLIC.columns)}")] = PUBLIC_COLUMNS,
    again: Again = False,
    page_only: PageOnly = False,
) -> None:
    """Does the same on public sets; downloads what is missing of them, some 16 MB."""
    _check(sets=(sets, PUBLIC.sets), sizes=(sizes, SIZES), columns=(columns, PUBLIC.columns))
    if not page_only:
        open_sets.fetch()
        PUBLIC.measure(sets, sizes, columns, again)
    comparison_report.write_public(trainings.read(PUBLIC.table))


@program.command()
def epochs() -> None:
    """Trains other numbers of epochs at a size between those that settings/auto was found at."""
    open_sets.fetch()
    EPOCHS.measure(list(EPOCHS.sets), list(EPOCHS.repeats), list(EPOCHS.trained), again=False)
    what_helps.write()


@program.command()
def memory() -> None:
    """Trains with and without a memory of the contrastive term."""
    open_sets.fetch()
    MEMORY.measure(list(MEMORY.sets), list(MEMORY.repeats), list(MEMORY.trained), again=False)
    what_helps.write()


@program.command()
def averaged() -> None:
    """Trains several networks on the same rows, and predicts by their mean."""
    open_sets.fetch()
    AVERAGED.measure(list(AVERAGED.sets), list(AVERAGED.repeats), list(AVERAGED.trained), again=False)
    what_helps.write()


@program.command(name="what-helps")
def changes(
    sets: Sets = CHOSEN_BY,
    sizes: Sizes = ALL_SIZES,
    changed: Annotated[
        list[str] | None, typer.Option("--change", help="name of a change in settings.py; all without it")
    ] = None,
    again: Again = False,
    page_only: PageOnly = False,
) -> None:
    """Changes one thing at a time of the setting that each size starts from."""
    known = dict.fromkeys(change for size in sizes for change in what_helps.known(size))
    _check(sets=(sets, SETS), sizes=(sizes, SIZES), changes=(changed or [], known))
    if not page_only:
        what_helps.measure(sets, sizes, changed, again)
    what_helps.write()


@program.command(name="probe-scale")
def scale() -> None:
    """Scales vectors by the spread of each feature, or all alike."""
    probe_scale.measure()
    what_helps.write()


@program.command(name="penalty")
def strength() -> None:
    """Fits heads with penalties of other strengths where no validation rows choose one."""
    penalty.measure()
    what_helps.write()


@program.command(name="temperature")
def scale_probabilities() -> None:
    """Scales probabilities by a temperature that is fitted to few validation rows, or to many."""
    temperature.measure()
    what_helps.write()


def _check(**chosen: tuple[list[str], object]) -> None:
    for what, (names, known) in chosen.items():
        if unknown := [name for name in names if name not in known]:
            raise typer.BadParameter(f"unknown {what}: {'; '.join(unknown)}. There are: {'; '.join(known)}")


if __name__ == "__main__":
    program()
