import io
import re

import pytest
from rich.console import Console

from gapwise.comparing.figures import Estimate
from gapwise.reports.terminal import show
from tests.comparisons import comparison, contrast, setting


def shown(answer, width, **options):
    stream = io.StringIO()
    show(answer, Console(file=stream, width=width, **options))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_nothing_is_wider_than_the_terminal_or_cut(width):
    text = shown(comparison(), width)
    assert max(map(len, text.splitlines())) <= min(width, 120)
    assert "…" not in text


def test_at_80_columns_every_figure_of_a_setting_is_on_its_line():
    lines = [" ".join(line.split()) for line in shown(comparison(), 80).splitlines()]
    assert "noise undecided +0.4 (−0.7 to 1.5) 0.97 −0.8 (−1.9 to 0.3)" in lines
    assert "noise 0.804 0.804 0.950 0.146 0.040 – 2 min 7 s" in lines


def test_intervals_that_do_not_fit_stand_whole_below_their_difference():
    far = [
        one.model_copy(update={"difference": Estimate(value=-10.0, low=-12.5, high=-7.5)})
        for one in comparison().contrasts
    ]
    lines = [line.split() for line in shown(comparison(contrasts=far, metric="log_loss"), 80).splitlines()]
    assert next(line for line in lines if "(−12.500" in line)[:3] == ["(−12.500", "to", "−7.500)"]


def test_a_wide_terminal_also_shows_the_interval_of_each_score():
    assert "0.804 (0.784 to 0.824)        0.804" not in shown(comparison(), 80)
    assert "noise       0.804 (0.784 to 0.824)" in shown(comparison(), 120)


def test_verdicts_selection_params_and_notes_are_all_there():
    text = " ".join(shown(comparison(), 80).split())
    for part in (
        "accuracy on 879 test rows in 300 groups, 5 shared repeats",
        "strong-l2 is better than main: +1.2 points of accuracy (0.3 to 2.1).",
        "Chosen by validation: noise",
        "strong-l2: finetune.l2 0.1 (was 0.01)",
        "Compared on the 5 repeats that all settings share: more has 10.",
    ):
        assert part in text


def test_a_pipe_gets_no_colors_and_a_terminal_does():
    assert "\x1b" not in shown(comparison(), 80)
    colored = shown(comparison(), 80, force_terminal=True, color_system="standard")
    assert re.search(r"\x1b\[1;32m *better", colored)
    assert re.search(r"\x1b\[1;31m *worse", colored)


def test_a_name_is_text_and_never_markup():
    hostile = "[red]x[/red]"
    answer = comparison(
        settings=[setting("main", 0.8, {}), setting(hostile, 0.8, {})],
        contrasts=[contrast(hostile, "equivalent", 0.0, 0.004)],
        selection=None,
    )
    assert shown(answer, 80).count(hostile) == 5


def test_a_param_cannot_move_the_cursor():
    hostile = setting("other", 0.8, {"augment.protect": "\x1b[2J\x1b]0;title\x07"})
    answer = comparison(
        settings=[setting("main", 0.8, {"augment.protect": None}), hostile],
        contrasts=[contrast("other", "equivalent", 0.0, 0.004)],
        selection=None,
        notes=["\x1b[31m"],
    )
    text = shown(answer, 80)
    assert "\x1b" not in text
    assert "other: augment.protect \ufffd[2J\ufffd]0;title\ufffd (was null)" in text


def test_a_long_name_is_folded_in_tables_and_cut_beside_the_plot():
    name = "a-very-long-experiment-name-of-forty-one-letters"
    answer = comparison(
        settings=[setting("main", 0.8, {}), setting(name, 0.8, {})],
        contrasts=[contrast(name, "equivalent", 0.0, 0.004)],
        selection=None,
    )
    text = shown(answer, 80)
    assert "a-very-long-experiment-…" in text
    assert max(map(len, text.splitlines())) <= 80
