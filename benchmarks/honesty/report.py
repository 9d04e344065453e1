"""The answers to the four questions about verdicts, as a table, the numbers behind it and a picture."""

from pathlib import Path

import altair as alt
import pandas as pd

from benchmarks.honesty import questions
from benchmarks.honesty.populations import load
from benchmarks.honesty.worlds import Pool, draw_pool
from gapwise.statistics.planning import CONCENTRATION, PAIRED, POWER

RESULTS = Path(__file__).parent / "results"
POOL, TRAIN, TRAINED = 600, 120, 120
OTHER_POOLS = 3000  # added to the seed


def simulate(pools: int, worlds: int, seed: int) -> None:
    """Asks all four questions; plans are tried on other pools than those that tell what a plan supposes."""

    def draw(first: int) -> list[Pool]:
        return [draw_pool(one, POOL, TRAIN, TRAINED, seed=first + n) for one in load() for n in range(pools)]

    drawn = draw(seed)
    scores = list(questions.METRICS)
    same = questions.same_setting(drawn, 4 * worlds, seed)
    held = questions.coverage(drawn, worlds, seed, scores)
    shares, supposed = questions.shares(drawn), questions.supposed(drawn)
    del drawn
    found = questions.power(draw(seed + OTHER_POOLS), 3 * worlds, seed)
    planned = found.dropna().astype({"found": bool})
    tables = {
        "same": questions.rate(same, "claimed", ["way", "repeats", "rows"]),
        "coverage": questions.rate(held, "held", ["score", "repeats", "rows"]),
        "coverage_by_pair": questions.rate(held, "held", ["score", "pair"]),
        "coverage_by_set": questions.rate(held, "held", ["score", "set"]),
        "power": questions.rate(planned, "found", ["repeats"]),
        "power_by_pair": questions.rate(planned, "found", ["pair", "repeats"]),
        "supposed": supposed.groupby("pair")[["truth", "paired", "concentration"]].median().reset_index(),
        "shares": shares.groupby(["score", "set"])["share"].describe(percentiles=[0.1, 0.5, 0.9]).reset_index(),
    }
    write(tables, held, found)


def write(tables: dict[str, pd.DataFrame], held: pd.DataFrame, found: pd.DataFrame) -> None:
    """Writes the table, the numbers behind it and the picture."""
    numbers = pd.concat([table.assign(question=name) for name, table in tables.items()])
    numbers.to_csv(RESULTS / "honesty.csv", index=False, float_format="%.5g")
    (RESULTS / "honesty.md").write_text("\n\n".join(_sections(tables, held, found)) + "\n", encoding="utf-8")
    _picture(tables).save(RESULTS / "honesty.png", scale_factor=2)


def _sections(tables: dict[str, pd.DataFrame], held: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    truths = held.pivot_table(index="pair", columns="score", values="truth").round(4)
    drawn = held.groupby("set")["pool"].nunique().sum()
    return [
        "# Honesty of verdicts",
        "Made by `python -m benchmarks.honesty simulations`. Every figure has twice its standard error beside it; "
        f"worlds of one pool count as drawn together. {drawn} pools of {POOL} texts from {held['set'].nunique()} "
        f"sample sets; {TRAINED} repeats of each setting, with {TRAIN} train rows, in each pool.",
        "## A/A: one setting, two seeds",
        "Share of worlds in which one of the two is called better. It should be at most 5 %.",
        _grid(tables["same"], "way"),
        "## Coverage: does the 95 % interval hold the true difference?",
        "Over all pairs of settings, by score, repeats and test rows. It should be 93 to 97 %.",
        _grid(tables["coverage"], "score"),
        "By pair, all sizes together:",
        _table(tables["coverage_by_pair"], "pair", "score"),
        "Their true differences, means over pools:",
        truths.to_markdown(),
        "By sample set, all sizes and pairs together:",
        _table(tables["coverage_by_set"], "set", "score"),
        "## Power: is the difference found on as many test rows as `plan` asks for?",
        f"It should be {POWER:.0%}, within 75 to 85 %. {found['rows'].count()} worlds of other pools, differences from "
        f"{found['truth'].abs().min():.3f} to {found['truth'].abs().max():.3f}, {found['rows'].min():.0f} to "
        f"{found['rows'].max():.0f} test rows, {found['rows'].median():.0f} in the median. In "
        f"{found['rows'].isna().sum()} more the plan says that no number of rows is enough.",
        _table(tables["power"].assign(what="found"), "repeats", "what"),
        _table(tables["power_by_pair"], "pair", "repeats"),
        "A plan knows one of two settings, and supposes of the other that the noise of their difference is "
        f"{PAIRED:g} of what two settings have that share nothing, and that the difference brings {CONCENTRATION:g} "
        "times its size as variance over rows. In truth, where a difference is a point or more, medians over pools:",
        tables["supposed"].round(3).to_markdown(index=False),
        "## Shares: a repeat's shift as a share of its noise, in thousandths",
        "Median over pools and pairs, with the 10 % and 90 % quantiles.",
        _shares(tables["shares"]),
    ]


def _grid(table: pd.DataFrame, first: str) -> str:
    shown = table.assign(shown=table.apply(_shown, axis=1), size=table["rows"].map("{} rows".format))
    order = [f"{rows} rows" for rows in questions.ROWS]
    return (
        shown.pivot_table(index=[first, "repeats"], columns="size", values="shown", aggfunc="first")[order]
        .reset_index()
        .to_markdown(index=False)
    )


def _table(table: pd.DataFrame, index: str, columns: str) -> str:
    return (
        table.assign(shown=table.apply(_shown, axis=1))
        .pivot_table(index=index, columns=columns, values="shown", aggfunc="first")
        .to_markdown()
    )


def _shares(table: pd.DataFrame) -> str:
    shown = table.apply(
        lambda row: f"{row['50%'] * 1e3:.1f} ({row['10%'] * 1e3:.1f} to {row['90%'] * 1e3:.1f})", axis=1
    )
    return (
        table.assign(shown=shown)
        .pivot_table(index="set", columns="score", values="shown", aggfunc="first")
        .to_markdown()
    )


def _shown(row: pd.Series) -> str:
    return f"{row['share']:.1%} ± {row['error']:.1%}"


def _picture(tables: dict[str, pd.DataFrame]) -> alt.VConcatChart:
    same = tables["same"][~tables["same"]["way"].str.contains("macro|calibration")]
    claims = _by_size([0.05], "way", "called better or worse", alt.Scale(type="symlog", constant=0.05, domain=[0, 1]))
    coverage = _by_size([0.93, 0.97], "score", "interval holds the truth", alt.Scale(domain=[0.88, 1], clamp=True))
    rows = [
        chart.properties(width=170, height=230, data=table).facet(
            column=alt.Column("repeats:O", title=title, header=alt.Header(labelExpr="datum.value + ' repeats'"))
        )
        for chart, table, title in [
            (claims, same, "A/A: how often one of two seeds of one setting is called better"),
            (coverage, tables["coverage"], "How often the 95 % interval holds the true difference"),
        ]
    ]
    return alt.vconcat(*rows).resolve_scale(color="independent")


def _by_size(targets: list[float], color: str, title: str, scale: alt.Scale) -> alt.LayerChart:
    """Lines over test rows with bars of twice the standard error, and dashed what they should keep to."""
    dashed = [
        alt.Chart().mark_rule(strokeDash=[5, 4], color="gray").encode(y=alt.datum(target, scale=scale))
        for target in targets
    ]
    legend = alt.Legend(orient="bottom", columns=2, labelLimit=320, symbolOpacity=1)
    lines = (
        alt.Chart()
        .transform_calculate(low="max(datum.share - datum.error, 0)", high="min(datum.share + datum.error, 1)")
        .encode(
            alt.X("rows:O", title="test rows", axis=alt.Axis(labelAngle=0)),
            color=alt.Color(f"{color}:N", title=None, legend=legend),
        )
    )
    points = lines.mark_line(point=True).encode(alt.Y("share:Q", title=title, axis=alt.Axis(format="%"), scale=scale))
    bars = lines.mark_rule(opacity=0.4).encode(alt.Y("low:Q", scale=scale), alt.Y2("high:Q"))
    return alt.layer(*dashed, bars, points)
