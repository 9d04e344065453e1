"""What the parts of the speed benchmark have measured, as one page and one picture."""

from pathlib import Path

import pandas as pd

from benchmarks.pipeline import PROJECT
from benchmarks.speed import page
from benchmarks.speed.picture import NAMES, picture

RESULTS = Path(__file__).parent / "results"


def save(table: pd.DataFrame, path: Path) -> None:
    """Writes a table with four digits of each figure, which is what timings are good for."""
    table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")


def write(folder: Path, docs: Path = PROJECT / "docs") -> None:
    """Makes a page of all tables that are there, a picture of two of them, and the page for users.

    Args:
        folder: With the tables, as CSV. speed.md and speed.png are written beside them.
        docs: For the users' speed.md, which needs the tables in `page.NEEDED`.
    """
    found = {path.stem: pd.read_csv(path) for path in folder.glob("*.csv")}
    sections = [section(found[name]) for name, section in SECTIONS.items() if name in found]
    head = "# Speed\n\nMade by `python -m benchmarks.speed`, which says how. Seconds on the clock, memory in MiB.\n"
    (folder / "speed.md").write_text("\n".join([head, *sections]), encoding="utf-8")
    if {"compare", "growth"} <= set(found):
        picture(found["compare"], found["growth"]).save(folder / "speed.png")
    if set(found) >= page.NEEDED:
        (docs / "speed.md").write_text(page.render(found), encoding="utf-8")


def compare(table: pd.DataFrame) -> str:
    """Describes one repeat in each way."""
    floors = table["floor_share"].where(table["floor_share"] > 0)
    shown = pd.DataFrame(
        {
            "layers frozen": table["frozen"],
            "way": table["way"].map(NAMES),
            "an epoch": table["epoch"].map("{:.2f} s".format),
            "times Gapwise's": table["times_gapwise"].map("{:.1f}".format),
            "floor / epoch": floors.map("{:.0%}".format).replace("nan%", "–"),
            "until the first epoch": table["start"].map("{:.1f} s".format),
            "tracing": table["tracing"].clip(lower=0).map("{:.1f} s".format),
            "accuracy": table["accuracy"].map("{:.3f}".format),
            "peak memory": table["memory"].map("{:,.0f}".format),
        }
    )
    rate = table["gflop_per_s"].iloc[0]
    return (
        "## One repeat, 500 rows to train on and 200 to validate\n\n"
        f"{_markdown(shown)}\n\n"
        f"The floor is what the matrix products of an epoch would take at {rate:.0f} GFLOP/s, the rate of TensorFlow's "
        "own\nproduct of two 1024 × 1024 matrices here, with nothing below the cut and no padding. Accuracy is of 600 "
        "other rows\nafter the 3 epochs.\n"
    )


def tried(table: pd.DataFrame) -> str:
    """Describes what might have helped."""
    names = {
        "gapwise": "Gapwise as it is",
        "by_length": "batches of texts of like length",
        "half": "frozen output in half precision",
        "no_onednn": "without oneDNN",
    }
    shown = pd.DataFrame(
        {
            "4 of 6 layers frozen": table["change"].map(names),
            "an epoch": table["epoch"].map("{:.2f} s".format),
            "accuracy": table["accuracy"].map("{:.3f}".format),
            "peak memory": table["memory"].map("{:,.0f}".format),
        }
    )
    return (
        f"## Tried, and left out\n\n{_markdown(shown)}\n\n"
        "Batches by length save time, and are left out because the same texts would meet in every epoch, and the\n"
        "contrastive term looks at the pairs of a batch. Half precision halves the memory and the disk of the frozen "
        "output;\nits time is within what rounds differ by. `ONEDNN_DEFAULT_FPMATH_MODE=BF16` changed nothing in "
        "TensorFlow. XLA\n(`jit_compile`) refuses packed tokens, whose number is known only with the data, and Keras "
        "leaves it out where\noperations are deterministic.\n"
    )


def profile(table: pd.DataFrame) -> str:
    """Describes where an epoch's seconds go."""
    parts = table.groupby("part")["seconds"].sum().sort_values(ascending=False).index
    floors = table.groupby("frozen", sort=False)["floor"].first()
    cells = table.assign(cell=table["seconds"].map("{:.2f} s".format) + table["share"].map(", {:.0%}".format))
    by_depth = cells.pivot_table(index="part", columns="frozen", values="cell", aggfunc="first")
    by_depth = by_depth.reindex(index=parts, columns=floors.index)
    shown = by_depth.fillna("").rename_axis(index="one thread, layers frozen").reset_index()
    return (
        f"## Where the seconds of an epoch go\n\n{_markdown(shown)}\n\n"
        "By TensorFlow's profiler. At the matrix rate of this thread the matrix products, those of attention among "
        "them, would\ntake " + ", ".join(f"{seconds:.2f} s ({depth})" for depth, seconds in floors.items()) + ".\n"
    )


def workers(table: pd.DataFrame) -> str:
    """Describes ten repeats."""
    names = {
        "ten_repeats_1_at_once": "ten repeats, one process",
        "ten_repeats_2_at_once": "ten repeats, two processes",
        "ten_repeats_bfloat16": "ten repeats, two processes, bfloat16",
        "torch_one_run": "one run on torch",
    }
    best = table[list(names)].min()
    shown = pd.DataFrame({"": list(names.values()), "best of the rounds": best.map("{:.0f} s".format).to_numpy()})
    one_process, two, bfloat16, torch = best
    return (
        "## Ten repeats, 4 of 6 layers frozen, 3 epochs each\n\n"
        f"{_markdown(shown)}\n\n"
        f"Start to end of the process. Two processes take {two / one_process:.0%} of the time of one. Ten "
        f"repeats\ntake {two / torch:.1f} times as long as one run on torch, "
        f"{bfloat16 / torch:.1f} times in bfloat16.\n"
    )


def growth(table: pd.DataFrame) -> str:
    """Describes what rows and repeats cost."""
    shown = table.assign(rows=table["rows"].map("{:,}".format), seconds=table["seconds"].map("{:.0f}".format))
    shown["memory"] = shown["memory"].map("{:,.0f}".format)
    return f"## Growth: rows of 64 tokens, 4 of 6 layers frozen, one epoch, one process\n\n{_markdown(shown)}\n"


def stages(table: pd.DataFrame) -> str:
    """Describes `dvc repro`."""
    shown = table.copy()
    for column in ("imports", "tracing", "work"):
        shown[column] = shown[column].map("{:.1f}".format).replace("nan", "")
    total = table.iloc[:-1][["imports", "tracing", "work"]].sum().sum()
    return (
        f"## `dvc repro` from nothing, default params\n\n{_markdown(shown)}\n\n"
        f"{total:.0f} s in the stages together. The tracing of worker processes counts as work.\n"
    )


SECTIONS = {
    "compare": compare,
    "tried": tried,
    "profile": profile,
    "workers": workers,
    "growth": growth,
    "stages": stages,
}


def _markdown(table: pd.DataFrame) -> str:
    return table.to_markdown(index=False, disable_numparse=True)
