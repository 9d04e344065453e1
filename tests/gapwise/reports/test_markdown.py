import re

from gapwise.reports.markdown import escape, markdown
from tests.comparisons import comparison, contrast, setting


def test_a_comment_begins_with_the_verdicts():
    lines = markdown(comparison()).splitlines()
    assert lines[:8] == [
        "### Against main: accuracy",
        "",
        "|  | verdict | difference in points | P(better) | change of gap |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| strong-l2 | 🟢 better | +1.2 (0.3 to 2.1) | &#62;0.99 | −2.4 (−3.3 to −1.5) |",
        "| all-frozen | 🔴 worse | −6.0 (−7.5 to −4.5) | &#60;0.01 | +12.0 (10.5 to 13.5) |",
        "| no-l2 | 🔵 equivalent | 0.0 (−0.4 to 0.4) | 0.50 | 0.0 (−0.4 to 0.4) |",
        "| noise | ⚪ undecided | +0.4 (−0.7 to 1.5) | 0.97 | −0.8 (−1.9 to 0.3) |",
    ]


def test_scores_params_and_notes_are_folded_away():
    text = markdown(comparison())
    folded = text[text.index("<details>") : text.index("</details>")]
    assert "| strong-l2 | 0.812 (0.792 to 0.832) | 0.812 | 0.950 | 0.138 (0.118 to 0.158) |" in folded
    assert "| finetune.l2 | 0.01 | 0.1 | 0.01 | 0.0 | 0.01 |" in folded
    assert "- Compared on the 5 repeats that all settings share: more has 10." in folded


def test_every_row_of_a_table_has_as_many_cells_as_its_head():
    hostile = setting("a|b\n| c", 0.8, {"finetune.l2": "x | y"})
    answer = comparison(
        settings=[setting("main", 0.8, {"finetune.l2": 0.01}), hostile],
        contrasts=[contrast("a|b\n| c", "equivalent", 0.0, 0.004)],
        selection=None,
    )
    for table in re.findall(r"(?:^\|.*\n?)+", markdown(answer), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_settings_with_the_same_params_say_so():
    answer = comparison(settings=[one.model_copy(update={"params": {}}) for one in comparison().settings])
    assert "All settings have the same params." in markdown(answer)


def test_what_comes_from_data_is_no_markup_no_link_and_no_mention():
    assert escape("<script>*x* @someone [a](b) #1 `c`") == (r"&#60;script&#62;\*x\* &#64;someone \[a\](b) &#35;1 \`c\`")
    assert escape("https://example.org www.example.org") == "https&#58;//example.org www&#46;example.org"
    assert escape("\x1b[2J") == "\ufffd\\[2J"
    assert escape("- a\n- b") == "&#8203;- a - b"
    assert escape("1. a") == "&#8203;1. a"
    assert escape("strong-l2: +0.4 points") == "strong-l2: +0.4 points"
