import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from gapwise.comparing.figures import Estimate
from gapwise.comparing.scored import Candidate
from gapwise.comparing.verdicts import compare
from gapwise.reports.evidence import Evidence
from gapwise.reports.page import headline, page
from tests.comparisons import comparison, contrast
from tests.predicted import epochs, predictions

HOSTILE = "</style></script><script>window.hacked = 1</script><img src=x onerror=alert(1)>"


def answer(names=("main", "strong", "noise"), classes=("bad", "good")):
    """A real comparison of drawn predictions, and the evidence of each setting; the last has no curves."""
    tables = [predictions(0.75 + 0.1 * (number == 1), number, classes) for number in range(len(names))]
    candidates = [
        Candidate(name, table, {"finetune": {"l2": 0.1 * number}}, 12, 65.0)
        for number, (name, table) in enumerate(zip(names, tables, strict=True))
    ]
    texts = tables[0].query("part == 'test' and repeat == 0")["text_id"]
    groups = pd.Series(texts.str[:-1].to_numpy(), index=texts.to_numpy())
    found = compare(candidates, groups, "accuracy", 0.005, 0.95)
    curves = [epochs() if number < len(names) - 1 else None for number in range(len(names))]
    return found, [Evidence(*one) for one in zip(names, tables, curves, strict=True)], groups


class Tags(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        self.attributes += attributes


@pytest.fixture(scope="module")
def text():
    return page(*answer())


def test_a_page_has_all_its_sections(text):
    titles = [re.sub(r"\s+", " ", title) for title in re.findall(r"<h2>([^<]+)</h2>", text)]
    assert titles == [
        "Differences to main", "In words", "Scores", "Every metric against main", "Params that differ",
        "main (the baseline)", "strong", "noise", "How to read it",
    ]  # fmt: skip


def test_each_setting_but_the_baseline_tells_how_many_test_texts_it_mends_and_breaks():
    comparison, evidence, groups = answer()
    text = re.sub(r"\s+", " ", page(comparison, evidence, groups))
    wrong = [
        one.predictions.query("part == 'test'").assign(wrong=lambda table: table["predicted"] != table["label"])
        .groupby("text_id")["wrong"].mean()
        for one in evidence
    ]  # fmt: skip
    for name, after in zip(("strong", "noise"), wrong[1:], strict=True):
        mended, broken = ((wrong[0] > 0.5) & (after < 0.5)).sum(), ((wrong[0] < 0.5) & (after > 0.5)).sum()
        assert 0 < broken < mended or name == "noise"
        assert f"It mends {mended} of the {len(after)} test texts, and breaks {broken}: most repeats" in text
        assert f"<code>gapwise errors main {name}</code> lists them." in text
    assert text.count("It mends") == 2


def test_a_setting_has_four_plots_the_baseline_three_and_none_is_drawn_without_curves(text):
    titles = re.findall(r"<h3>([^<]+)</h3>", text)
    always = ["Reliability", "Fewer answers, more of them right"]
    own = ["Train against test", "Loss by epoch", *always]
    assert titles == [*own[1:], *own, "Train against test", *always]
    assert text.count("<svg") == len(titles)


def test_a_page_asks_nothing_of_the_network_and_runs_nothing(text):
    tags = Tags(text)
    assert "script" not in tags.names
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    addresses = [value for name, value in tags.attributes if name in {"src", "href", "xlink:href"}]
    assert [address for address in addresses if not address.startswith(("data:", "#"))] == []
    assert "url(http" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_every_setting_is_a_row_of_the_forest_with_interval_and_dot(text):
    assert text.count('class="interval"') == text.count('class="dot"') == 2
    lefts = [float(left) for left in re.findall(r'class="dot" style="left:([\d.]+)%', text)]
    assert all(0 < left < 100 for left in lefts)


def test_a_word_beside_zero_is_left_out_where_it_has_no_room():
    found, *rest = answer(("main", "far"))
    for value, words in ((0.0, ["worse", "better"]), (0.2, ["better"]), (-0.2, ["worse"])):
        difference = Estimate(value=value, low=value - 0.02, high=value + 0.02)
        contrasts = [one.model_copy(update={"difference": difference}) for one in found.contrasts]
        shown = page(found.model_copy(update={"contrasts": contrasts}), *rest)
        assert re.findall(r'class="way \w+" style="[^"]+">(\w+)<', shown) == words


def test_names_from_data_are_text_wherever_they_stand():
    names = ("main", HOSTILE)
    text = page(*answer(names, classes=("good", HOSTILE)))
    tags = Tags(text)
    assert "script" not in tags.names
    assert "img" not in tags.names
    assert not [name for name, _ in tags.attributes if name == "onerror"]
    assert text.count("&lt;script&gt;window.hacked = 1") >= 8


def test_classes_are_listed_with_the_change_against_the_baseline():
    text = page(*answer())
    assert text.count("<th>change of F1</th>") == 2
    assert len(re.findall(r"<td>(bad|good)</td><td>60</td>", text)) == 6


def test_many_settings_are_folded_at_first():
    names = tuple(f"s{number}" for number in range(6))
    assert "<details open>" not in page(*answer(names))
    assert page(*answer()).count("<details open>") == 3


@pytest.mark.parametrize(
    ("contrasts", "said"),
    [
        (["better"], "s0 is better than main"),
        (["worse"], "s0 is worse than main"),
        (["equivalent"], "s0 is equivalent to main"),
        (["undecided"], "s0 against main: undecided"),
        (["better", "worse"], "One of 2 settings is better than main"),
        (["better", "better", "undecided"], "2 of 3 settings are better than main"),
        (["worse", "undecided"], "None of 2 settings is better than main"),
    ],
)
def test_the_headline_says_what_counts(contrasts, said):
    found = [contrast(f"s{number}", verdict, 0.0, 0.01) for number, verdict in enumerate(contrasts)]
    assert headline(comparison(contrasts=found)) == said
