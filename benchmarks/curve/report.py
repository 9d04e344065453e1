"""The answers to the question about forecasts, as a table, the numbers behind it and a picture."""

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd

from benchmarks.curve.questions import COLUMNS, VIEWS, forecasts, known_laws
from benchmarks.curve.worlds import HELD_OUT, LEARNERS, SHARES, TRAINED, draw_world
from benchmarks.honesty.populations import load
from benchmarks.honesty.questions import rate
from gapwise.base.seeds import derive

RESULTS = Path(__file__).parent / "results"
SIZES = (150, 300, 600)
DRAWN = 10  # repeats of each size of a world, of which a view takes some
KNOWN = 15  # curves of each law and view


def simulate(names: Sequence[str], pools: int, worlds: int, seed: int) -> None:
    """Asks the question in worlds of the sample sets and in worlds whose law is known, and writes the answers."""
    rows = []
    for name in names:
        (population,) = load((name,))
        for pool in range(pools):
            for learner in LEARNERS:
                for size in SIZES:
                    world = draw_world(population, learner, size, DRAWN, derive(seed, pool))
                    rows += forecasts(world, pool, size, worlds, seed)
            print(f"{name}: pool {pool + 1} of {pools}", flush=True)
    found = pd.concat([pd.DataFrame(rows, columns=COLUMNS), known_laws(KNOWN, seed)], ignore_index=True)
    write(found.assign(held=(found["low"] <= found["truth"]) & (found["truth"] <= found["high"])))


def write(found: pd.DataFrame) -> None:
    """Writes the table, the numbers behind it and the picture."""
    RESULTS.mkdir(exist_ok=True)
    real, known = found[found["learner"] != "known"], found[found["learner"] == "known"]
    own = real[real["way"] == "Gapwise"]
    tables = {
        "way": _summary(real, ["score", "way", "times"]),
        "known": _summary(known, ["way", "times"]),
        "known_by_law": _summary(known[known["way"] == "Gapwise"], ["set", "times"]),
        **{by: _summary(own, ["score", by, "times"]) for by in ("set", "learner", "size", "repeats", "rows")},
    }
    numbers = pd.concat([table.assign(question=name) for name, table in tables.items()])
    numbers.to_csv(RESULTS / "curve.csv", index=False, float_format="%.5g")
    (RESULTS / "curve.md").write_text("\n\n".join(_sections(tables, real)) + "\n", encoding="utf-8")
    _picture(tables["way"]).save(RESULTS / "curve.png", scale_factor=2)


def _summary(found: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Gives by group how often the interval held, with twice its standard error, its width, and how far off it was."""
    held = rate(found, "held", by)
    measured = found.assign(width=found["high"] - found["low"], miss=(found["value"] - found["truth"]) ** 2)
    means = measured.groupby(by)[["width", "miss", "truth"]].mean().reset_index()
    return held.merge(means.assign(miss=np.sqrt(means["miss"])), on=by)


def _sections(tables: dict[str, pd.DataFrame], real: pd.DataFrame) -> list[str]:
    pools = real.groupby(["set", "pool", "learner", "size"]).ngroups
    views = len(real) / pools / len(VIEWS) / real.groupby(["score", "way", "times"]).ngroups
    shares = ", ".join(f"{share:.3g}" for share in SHARES)
    return [
        "# Honesty of forecasts",
        "Made by `python -m benchmarks.curve`. How often the 95 % interval of the gain of more rows holds the truth, "
        "beside it twice its standard error (worlds of one pool count as drawn together), then the mean width of the "
        "interval and the root mean square error of its middle; 0.01 of accuracy or macro F1 is a point.",
        f"{pools} curves from {real['set'].nunique()} sample sets: {len(LEARNERS)} learners on pools of "
        f"{', '.join(map(str, SIZES))} rows, {HELD_OUT:.0%} set aside as for validation, seen at {shares} of the rest, "
        f"forecast at 1.5 and 2 times it. Each was seen {views:g} times in each of five ways: by 2 repeats on 100 test "
        f"rows, 5 on 100, 5 on 300, 10 on 300 and 5 on 1,000. The truth is the mean of {TRAINED} trainings that have "
        "other new rows each, on all rows of the test side of the set. The prior of the law was picked on other pools.",
        "## Ways to forecast",
        _table(tables["way"], ["score", "way"]),
        "The other ways take the curve that fits best by least squares, and draw repeats and groups of test rows anew.",
        "## Gapwise, by what was seen",
        *(_table(tables[by], ["score", by]) for by in ("set", "learner", "size", "repeats", "rows")),
        "## Curves whose law is known",
        f"Accuracy on {KNOWN} curves of each law and view.",
        _table(tables["known"], ["way"]),
        _table(tables["known_by_law"], ["set"]),
    ]


def _table(table: pd.DataFrame, index: list[str]) -> str:
    shown = table.assign(
        shown=[f"{one.share:.1%} ± {one.error:.1%}; {one.width:.3f}; {one.miss:.3f}" for one in table.itertuples()],
        times=table["times"].map("{:g} times the rows".format),
    )
    pivot = shown.pivot_table(index=index, columns="times", values="shown", aggfunc="first")
    return str(pivot.reset_index().to_markdown(index=False))


def _picture(table: pd.DataFrame) -> alt.FacetChart:
    """How often intervals hold by way and score, with bars of twice the standard error."""
    base = alt.Chart().encode(
        alt.Y("way:N", title=None, sort=list(table["way"].unique())),
        alt.Color("times:N", title="times the rows", legend=alt.Legend(orient="bottom")),
        alt.YOffset("times:N"),
    )
    scale = alt.Scale(domain=[0, 1])
    points = base.mark_point(filled=True, size=60).encode(
        alt.X("share:Q", title="interval holds the truth", axis=alt.Axis(format="%"), scale=scale)
    )
    bars = base.mark_rule().encode(alt.X("low:Q", scale=scale), alt.X2("high:Q"))
    target = alt.Chart().mark_rule(strokeDash=[5, 4], color="gray").encode(x=alt.datum(0.95, scale=scale))
    data = table.assign(
        low=(table["share"] - table["error"]).clip(0, 1), high=(table["share"] + table["error"]).clip(0, 1)
    )
    return (
        alt.layer(target, bars, points)
        .properties(width=220, height=180, data=data)
        .facet(column=alt.Column("score:N", title=None))
    )
