"""A forest plot in text: one line per setting, with the difference and its interval on a common axis."""

from collections.abc import Sequence

from gapwise.comparing.figures import Comparison
from gapwise.reports.scale import Scale, around
from gapwise.reports.words import directions, number
from gapwise.statistics.metrics import METRICS


def forest(comparison: Comparison, width: int) -> list[str]:
    """Draws the differences to the baseline.

    Args:
        comparison: What to draw.
        width: Of the axis, in characters; at least 20.

    Returns:
        One line per contrast, each `width` long, then the axis, its numbers, and a line that names both directions.
        `●` is the difference and `├──┤` its interval; `│` is no difference, `┊` the margin.
    """
    unit = METRICS[comparison.metric]
    margin = comparison.margin * unit.factor
    ends = [
        unit.factor * end
        for contrast in comparison.contrasts
        for end in (contrast.difference.low, contrast.difference.high)
    ]
    scale = around([*ends, -margin, margin])
    rows = [
        _row(
            [unit.factor * value for value in (one.difference.low, one.difference.value, one.difference.high)],
            scale,
            margin,
            width,
        )
        for one in comparison.contrasts
    ]
    ticks = scale.ticks(max(3, width // 8))
    decimals = max(0, *(len(f"{tick:.12f}".rstrip("0").partition(".")[2]) for tick in ticks))
    return [
        *rows,
        _axis(ticks, scale, width),
        _numbers([(tick, number(tick, decimals)) for tick in ticks], scale, width),
        _names(directions(comparison.metric), scale, width),
    ]


def _cell(value: float, scale: Scale, width: int) -> int:
    return min(max(round(scale.position(value) * (width - 1)), 0), width - 1)


def _row(interval: Sequence[float], scale: Scale, margin: float, width: int) -> str:
    low, middle, high = (_cell(value, scale, width) for value in interval)
    zero = _cell(0, scale, width)
    cells = [" "] * width
    for edge in (-margin, margin):
        cells[_cell(edge, scale, width)] = "┊"
    cells[zero] = "│"
    for cell in range(low, high + 1):
        cells[cell] = "┼" if cell == zero else "─"
    if high > low:
        cells[low], cells[high] = "├", "┤"
    cells[middle] = "●"
    return "".join(cells)


def _axis(ticks: Sequence[float], scale: Scale, width: int) -> str:
    marked = {_cell(tick, scale, width) for tick in ticks}
    return "".join("┴" if cell in marked else "─" for cell in range(width))


def _numbers(labels: Sequence[tuple[float, str]], scale: Scale, width: int) -> str:
    line = " " * width
    for value, label in labels:
        start = min(max(_cell(value, scale, width) - len(label) // 2, 0), width - len(label))
        # A number that would touch the one before is left out.
        if line[max(start - 1, 0) : start + len(label) + 1].isspace():
            line = line[:start] + label + line[start + len(label) :]
    return line


def _names(names: tuple[str, str], scale: Scale, width: int) -> str:
    zero = _cell(0, scale, width)
    left, right = f"{names[0]} ←", f"→ {names[1]}"
    line = [" "] * width
    if zero - len(left) - 1 >= 0:
        line[zero - len(left) - 1 : zero - 1] = left
    if zero + 2 + len(right) <= width:
        line[zero + 2 : zero + 2 + len(right)] = right
    return "".join(line)
