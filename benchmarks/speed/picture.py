"""The comparison and the growth as one picture."""

import altair as alt
import pandas as pd

NAMES = {"keras": "plain Keras", "torch": "torch Trainer", "gapwise": "Gapwise", "bfloat16": "Gapwise, bfloat16"}


def picture(compare: pd.DataFrame, growth: pd.DataFrame) -> alt.HConcatChart:
    """Draws seconds per epoch by depth and way, and what rows and repeats cost."""
    way = alt.Y("way:N", title=None, sort=list(NAMES.values()))
    bars = (
        alt.Chart(compare.assign(way=compare["way"].map(NAMES)))
        .encode(way, _logarithmic("epoch", "seconds per epoch", constant=0.1, ticks=[0, 0.1, 0.3, 1, 3, 10, 30]))
        .properties(width=320, height=alt.Step(22))
    )
    labels = bars.mark_text(align="left", dx=4).encode(text=alt.Text("epoch:Q", format=".3~g"))
    colored = bars.mark_bar().encode(color=alt.Color("way:N", legend=None, sort=list(NAMES.values())))
    by_depth = alt.Row("frozen:N", title="layers frozen", sort=["none", "1 of 6", "4 of 6", "all"])
    epochs = alt.layer(colored, labels).facet(row=by_depth).resolve_scale(y="independent")  # not each has every way
    scaled = growth.assign(case=growth["rows"].map("{:,}".format) + " × " + growth["repeats"].astype(str))
    base = (
        alt.Chart(scaled).encode(alt.Y("case:N", title="rows × repeats", sort=None)).properties(width=180, height=110)
    )
    seconds = base.mark_bar().encode(_logarithmic("seconds", "seconds", constant=10, ticks=[0, 10, 100, 1_000]))
    memory = base.mark_bar(color="#888").encode(alt.X("memory:Q", title="peak memory, MiB"))
    return alt.hconcat(epochs, alt.vconcat(seconds, memory)).configure_view(stroke="#ddd")


def _logarithmic(column: str, title: str, constant: float, ticks: list[float]) -> alt.X:
    scale = alt.Scale(type="symlog", constant=constant)
    return alt.X(f"{column}:Q", title=title, scale=scale, axis=alt.Axis(values=ticks, format=",~r"))
