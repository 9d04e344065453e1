import numpy as np
import pytest
from rich.console import Console

from gapwise.labelling.explaining import MOST_PARTS, Explanation, explain, strongest
from gapwise.labelling.page import to_terminal, write_page


class Counting:
    """Two repeats that see nothing but how often `good` and `bad` are in a text."""

    classes = ("negative", "positive")

    def probabilities(self, texts):
        score = np.array([text.split().count("good") - text.split().count("bad") for text in texts])
        positive = 1 / (1 + np.exp(-score[None] * np.array([[1.0], [2.0]])))
        return np.stack([1 - positive, positive], axis=2)


def test_the_word_that_carries_the_label_has_the_weight_that_its_loss_costs():
    found = explain(Counting(), "a good day")
    with_it = np.mean([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-2))])
    assert (found.label, found.parts) == ("positive", ["a", "good", "day"])
    assert found.probability == pytest.approx(with_it)
    assert found.weights == pytest.approx([0, with_it - 0.5, 0])


def test_a_word_that_speaks_against_the_label_has_a_negative_weight():
    found = explain(Counting(), "good good bad")
    assert found.weights[2] < 0 < found.weights[0]
    assert [part for part, _ in strongest(found, 2)] == ["good", "good"]


def test_a_text_of_one_word_cannot_be_taken_apart():
    assert explain(Counting(), "good").weights == [0.0]


def test_a_long_text_loses_runs_of_words_which_are_the_whole_text():
    text = " ".join(f"w{number}" for number in range(500))
    found = explain(Counting(), text)
    assert len(found.parts) == len(found.weights) == MOST_PARTS
    assert " ".join(found.parts) == text


def test_the_terminal_shows_the_words_and_what_they_weigh():
    console = Console(width=200, highlight=False, record=True)
    to_terminal(console, [Explanation("positive", 0.8808, ["a", "good"], [0.001, 0.3808])])
    assert console.export_text().strip() == "positive 0.881  a good(+0.38)"


def test_the_page_escapes_what_a_text_says(tmp_path):
    write_page(tmp_path / "why.html", [Explanation("a<b", 0.9, ["<script>alert(1)</script>", "bad"], [0.5, -0.2])])
    page = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<span class="for" style="--shade: 1.0" title="+0.500">' in page
    assert '<span class="against" style="--shade: 1.0" title="-0.200">bad</span>' in page
