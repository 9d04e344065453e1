"""The reports on single texts: on the terminal, as pages and as a table."""

import io
import re

import pytest
from rich.console import Console

from gapwise.reports import errors, errors_page, labels, labels_page
from tests.gapwise.reports.test_page import HOSTILE, Tags
from tests.inspected import error_report, label_report

PAGES = {"labels": (labels_page.page, label_report), "errors": (errors_page.page, error_report)}


def shown(report, width, top=None, **options):
    stream = io.StringIO()
    show = labels.show if report.__class__.__name__ == "LabelReport" else errors.show
    show(report, Console(file=stream, width=width, **options), top)
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_nothing_is_wider_than_the_terminal(width):
    long = "a rather long text that goes on and on " * 20
    for text in (shown(label_report(long), width), shown(error_report(long), width)):
        assert max(map(len, text.splitlines())) <= min(width, 120)
        assert "a rather long text" in text
    assert re.search(r"^1 +0\.90 +good +bad +2 of 5 +a rather long .*…$", shown(label_report(long), width), re.M)
    assert re.search(r"^1 +5 of 5 +0\.97 +good +bad +a rather .*…$", shown(error_report(long), width), re.M)


def test_the_lists_of_labels_are_apart_and_cut_where_asked():
    text = shown(label_report(), 100, 1)
    titles = [line for line in text.splitlines() if line.endswith(")") and not line.startswith(" ")]
    assert titles == [
        "Doubted: more likely wrong than hard (1 of 2)",
        "Alike: a near-equal text has another label (1)",
        "Merely hard: the others can hardly decide, or lean the other way (1)",
        "Test rows, apart. Doubted: more likely wrong than hard (1)",
    ]
    flat = " ".join(text.split())
    assert "labels of main: 700 development rows, judged by a cross-fitted probe, 41 % of them also by networks" in flat
    assert "row 17 cannot be judged: no row outside of its group has the same label." in flat
    assert "1 texts carry several labels" not in flat
    assert "A text carries several labels and is not trained on" in flat


def test_a_label_report_without_a_doubt_says_so():
    empty = label_report(development=[], test=[], unjudged=[], conflicts=[], doubted=0)
    assert "Nothing to look at." in shown(empty, 100)
    assert "Nothing to look at." in labels_page.page(empty)


def test_errors_are_counted_by_part_and_slices_have_their_interval():
    lines = [" ".join(line.split()) for line in shown(error_report(), 100).splitlines()]
    assert "test 300 0.800 1 2 1" in lines
    assert "word good 40 60.0 80.0 −20.0 (−35.0 to −5.0) 0.030" in lines
    assert "1 5 of 5 0.97 good bad a text" in lines
    flat = " ".join(lines)
    assert "strong mends 1 test texts of main" not in flat
    assert "strong mends 1 test text of main and breaks 2: +2.0 (−1.0 to 5.0) points of accuracy, which chance" in flat


def test_the_lists_of_errors_are_cut_where_asked_and_those_without_a_row_are_left_out():
    def titles(report, *top):
        return [line for line in shown(report, 100, *top).splitlines() if re.fullmatch(r"\S.* \([\d of]+\)", line)]

    assert titles(error_report(), 1) == [
        "Validation rows that most repeats get wrong (1 of 2)",
        "Slices of the test rows where it is worst, in points of accuracy (1 of 2)",
        "Mended by strong (1)",
        "Broken by strong (1 of 2)",
        "Slices where strong gains least, in points of accuracy (1 of 2)",
    ]
    against = error_report().against.model_copy(update={"mended": [], "slices": []})
    assert titles(error_report(slices=[], against=against)) == [
        "Validation rows that most repeats get wrong (2)",
        "Broken by strong (2)",
    ]


def test_a_text_from_data_cannot_move_the_cursor_and_is_no_markup():
    for report in (label_report("\x1b[2J[red]x[/red]"), error_report("\x1b[2J[red]x[/red]")):
        text = shown(report, 120, force_terminal=False)
        assert "\x1b" not in text
        assert "[red]x[/red]" in text


@pytest.mark.parametrize("name", PAGES)
def test_texts_and_labels_from_data_are_text_on_a_page_that_asks_nothing_of_the_network(name):
    page, report = PAGES[name]
    text = page(report(HOSTILE, HOSTILE))
    tags = Tags(text)
    assert not {"script", "img"} & set(tags.names)
    assert not [attribute for attribute, _ in tags.attributes if attribute.startswith("on")]
    assert text.count("&lt;script&gt;window.hacked = 1") >= 5
    assert [value for key, value in tags.attributes if key in {"src", "href"}] == ["data:,"]
    assert "default-src 'none'" in text


def test_a_table_to_correct_has_development_rows_and_test_rows_where_asked():
    report = label_report()
    table = labels.table_of(report, with_test=False)
    assert list(table.columns) == list(labels.COLUMNS)
    assert table["row"].tolist() == [1, 2, 3, 4]
    assert labels.table_of(report, with_test=True)["part"].tolist() == ["development"] * 4 + ["test"] * 2
    assert table.loc[2].to_dict() == {
        "row": 3,
        "part": "development",
        "status": "alike",
        "doubt": "0.9000",
        "label": "good",
        "suggested": "good",
        "corrected": "",
        "text": "a text",
        "nearest_against": "2 of 5; bad (row 903): a text",
        "near_equal_with_other_label": "bad (row 903): a text",
    }
    assert labels.table_of(label_report(development=[]), with_test=False).empty
