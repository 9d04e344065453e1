import subprocess
import sys

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from pydantic import ValidationError

from gapwise.augmenting import augment as module
from gapwise.augmenting.augment import augment, share_changed
from gapwise.augmenting.class_sentences import are_words
from gapwise.augmenting.params import METHODS, AugmentParams
from gapwise.base.tables import Variants

SENTENCES = [
    "The company usually reports a big profit, but this quarter its revenue did not grow by 5%.",
    "Analysts say that the central bank will never purchase bonds worth $3.2bn without a strong reason.",
    "Perhaps the government should help small business again; nobody else can provide credit in a crisis.",
    "A good manager finds money in places where other people only see trouble, as the report often shows.",
]


def rows(texts=SENTENCES):
    return pd.DataFrame({"text_id": [f"{number:016x}" for number in range(len(texts))], "text": texts})


def params(*methods, variants=1, strength=0.2, protect=(), class_sentence=None):
    return AugmentParams(
        methods=list(methods),
        variants=variants,
        strength=strength,
        protect=list(protect),
        class_sentence=class_sentence,
    )


@pytest.fixture(scope="module")
def everything():
    return augment(rows(), params(*METHODS, variants=8), seed=7)


def test_the_table_keeps_its_contract_and_order(everything):
    table, _ = everything
    Variants.validate(table)
    assert table["text_id"].to_list() == [f"{text:016x}-{variant}" for text in range(4) for variant in range(8)]
    assert table["source_id"].to_list() == [f"{text:016x}" for text in range(4) for _ in range(8)]
    assert table["variant"].to_list() == [*range(8)] * 4


def test_the_variants_of_a_text_go_through_all_methods(everything):
    table, report = everything
    assert [sorted(group) for _, group in table.groupby("source_id")["method"]] == [sorted(METHODS)] * 4
    assert report["by_method"] == dict.fromkeys(METHODS, 4)


def test_one_variant_per_text_uses_all_methods_alike():
    texts = rows([f"alpha {number} bravo charlie" for number in range(400)])
    _, report = augment(texts, params("swap", "delete", "split", "keyboard"), seed=7)
    assert {method: 70 <= made <= 130 for method, made in report["by_method"].items()} == dict.fromkeys(
        ["swap", "delete", "split", "keyboard"], True
    )


def test_each_variant_alone_is_the_same_as_among_others(everything):
    table, _ = everything
    for number in reversed(range(4)):
        alone, _ = augment(rows().iloc[[number]], params(*METHODS, variants=8), seed=7)
        expected = table[table["source_id"] == f"{number:016x}"].reset_index(drop=True)
        assert_frame_equal(alone, expected)


def test_a_variant_is_the_same_whatever_the_number_of_variants(everything):
    table, _ = everything
    fewer, _ = augment(rows(), params(*METHODS, variants=3), seed=7)
    assert_frame_equal(fewer, table[table["variant"] < 3].reset_index(drop=True))


def test_another_seed_gives_other_variants(everything):
    other, _ = augment(rows(), params(*METHODS, variants=8), seed=8)
    assert set(other["text"]) != set(everything[0]["text"])


@pytest.mark.slow
def test_two_processes_make_what_one_makes(everything, monkeypatch):
    monkeypatch.setattr(module, "TEXTS_PER_PROCESS", 1)
    table, report = augment(rows(), params(*METHODS, variants=8), seed=7, workers=2)
    assert_frame_equal(table, everything[0])
    assert report == everything[1]


@pytest.mark.parametrize(
    ("tasks", "workers", "expected"), [(4, 8, None), (4001, 8, (3, 1334)), (4001, 2, (2, 2001)), (9000, 1, None)]
)
def test_processes_are_started_for_many_texts_only(monkeypatch, tasks, workers, expected):
    started = []

    def spread(maker, items, processes, at_once):
        started.append((processes, at_once))
        return list(map(maker(), items))

    monkeypatch.setattr(module, "spread", spread)
    assert list(module._map(lambda: str, range(tasks), workers)) == [str(task) for task in range(tasks)]
    assert started == ([] if expected is None else [expected])


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_order_of_sets_and_another_wordnet_on_the_machine_change_nothing(everything, tmp_path, hash_seed):
    (tmp_path / "corpora" / "wordnet").mkdir(parents=True)  # empty: it would fail to load
    code = (
        "import sys, pandas as pd; from gapwise.augmenting.augment import augment\n"
        "from gapwise.augmenting.params import *\n"
        "texts = pd.DataFrame({'text_id': [f'{n:016x}' for n in range(4)], 'text': sys.argv[1:]})\n"
        "params = AugmentParams(methods=list(METHODS), variants=8, strength=0.2, protect=[], class_sentence=None)\n"
        "print(*augment(texts, params, 7)[0]['text'], sep='\\n', end='')"
    )
    environment = {"PYTHONHASHSEED": hash_seed, "NLTK_DATA": str(tmp_path), "PYTHONUTF8": "1"}
    result = subprocess.run(
        [sys.executable, "-c", code, *SENTENCES], env=environment, capture_output=True, text=True, check=True
    )
    assert (result.stdout.split("\n"), result.stderr) == (everything[0]["text"].to_list(), "")


def test_each_text_gets_the_sentence_of_its_class_after_its_variants_and_the_report_counts_them():
    texts = rows(["alpha bravo charlie", "delta echo foxtrot", "golf hotel india"])
    texts["label"] = ["credit_cards", "travel", "credit_cards"]
    plain, told = augment(texts, params("swap"), seed=3)
    table, report = augment(texts, params("swap", class_sentence="This is about {}."), seed=3)
    Variants.validate(table)
    assert_frame_equal(table[:3], plain)
    assert table["text"][3:].to_list() == [
        f"This is about {name}." for name in ("credit cards", "travel", "credit cards")
    ]
    assert table["source_id"][3:].to_list() == texts["text_id"].to_list()
    assert table["text_id"][3:].to_list() == [f"{text_id}-class" for text_id in texts["text_id"]]
    assert report["by_method"] == {"swap": 3, "class_sentence": 3}
    assert (report["made"], report["mean_share_changed"]) == (6, told["mean_share_changed"])
    assert report["examples"][-1] == {
        "method": "class_sentence",
        "source": "golf hotel india",
        "variant": "This is about credit cards.",
    }


def test_class_sentences_need_no_other_variants():
    texts = rows(["alpha", "bravo"]).assign(label=["no", "yes"])
    table, report = augment(texts, params(class_sentence="{}!"), seed=3)
    assert table["text"].to_list() == ["no!", "yes!"]
    assert table["variant"].to_list() == [0, 0]
    assert report["by_method"] == {"class_sentence": 2}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["negative", "positive"], True),
        (["credit_cards", "travel"], True),
        (["好", "坏"], True),
        (["плохо", "хорошо"], True),
        (["not good", "good"], True),
        (["0", "1"], False),
        (["A", "B"], False),
        (["LABEL_0", "LABEL_1"], False),
        (["class a", "class b"], False),
        (["good", "3"], False),
    ],
)
def test_names_are_words_where_they_differ_by_words(names, expected):
    assert are_words(names) is expected


def test_a_variant_that_equals_its_source_is_dropped_and_counted():
    table, report = augment(rows(["Up 5% not", "alpha bravo"]), params("swap"), seed=1)
    assert table["text"].to_list() == ["bravo alpha"]
    assert report["dropped"] == {"same_as_source": 1, "same_as_other": 0}


def test_a_variant_that_equals_another_text_is_dropped_and_counted():
    table, report = augment(rows(["alpha bravo", "Bravo  ALPHA"]), params("swap"), seed=1)
    assert table.empty
    assert report["dropped"] == {"same_as_source": 0, "same_as_other": 2}


def test_a_variant_that_equals_a_text_which_is_not_varied_is_dropped_and_counted():
    table, report = augment(rows(["alpha bravo"]), params("swap"), seed=1, known=["Bravo alpha"])
    assert table.empty
    assert report["dropped"] == {"same_as_source": 0, "same_as_other": 1}


def test_of_equal_variants_the_first_stays():
    table, report = augment(rows(["alpha bravo"]), params("swap", variants=3), seed=1)
    assert table["text_id"].to_list() == ["0000000000000000-0"]
    assert report["dropped"] == {"same_as_source": 0, "same_as_other": 2}


def test_the_report_says_what_was_made():
    texts = ["alpha bravo charlie delta", "one two", "Up 5% not"]
    table, report = augment(rows(texts), params("swap", strength=0.5), seed=1)
    swapped = ["alpha bravo delta charlie", "two one"]
    assert (table["text"].to_list(), report) == (
        swapped,
        {
            "sources": 3,
            "made": 2,
            "dropped": {"same_as_source": 1, "same_as_other": 0},
            "mean_share_changed": 0.75,
            "by_method": {"swap": 2},
            "examples": [
                {"method": "swap", "source": texts[0], "variant": swapped[0]},
                {"method": "swap", "source": texts[1], "variant": swapped[1]},
            ],
        },
    )


def test_the_examples_are_five_from_the_first_to_the_last_variant(everything):
    table, report = everything
    assert [example["variant"] for example in report["examples"]] == [table["text"][row] for row in (0, 8, 16, 23, 31)]


@pytest.mark.parametrize(("texts", "methods"), [(SENTENCES, []), ([], ["synonym"]), (["5%"], ["synonym"])])
def test_where_nothing_is_made_the_table_is_empty_and_valid_also_from_a_file(tmp_path, texts, methods):
    table, report = augment(rows(texts).astype({"text": "str", "text_id": "str"}), params(*methods), seed=1)
    table.to_parquet(tmp_path / "augmented.parquet", index=False)
    again = pd.read_parquet(tmp_path / "augmented.parquet")
    Variants.validate(again)
    assert {column: str(kind) for column, kind in again.dtypes.items()} == {
        "text_id": "str", "source_id": "str", "variant": "int64", "method": "str", "text": "str",
    }  # fmt: skip
    assert report == {
        "sources": len(texts),
        "made": 0,
        "dropped": {"same_as_source": len(texts) if methods else 0, "same_as_other": 0},
        "mean_share_changed": 0.0,
        "by_method": dict.fromkeys(methods, 0),
        "examples": [],
    }


def test_what_is_made_is_the_same_from_a_file(everything, tmp_path):
    everything[0].to_parquet(tmp_path / "augmented.parquet", index=False)
    assert_frame_equal(pd.read_parquet(tmp_path / "augmented.parquet"), everything[0])


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("a b c d", 0), ("a c b d", 0.5), ("a b d", 0.25), ("a b x y c d", 0.5), ("w x y z 5", 1.25)],
)
def test_the_share_changed_counts_words_put_in_taken_out_and_replaced(variant, expected):
    assert share_changed("a b c d", variant) == expected


def test_reading_the_params_does_not_import_nlpaug():
    code = "import sys, gapwise.augmenting.augment; print(sorted({'nlpaug', 'nltk', 'tensorflow'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("methods", ["swap", "antonym"], "Input should be 'synonym', 'spelling', 'swap'"),
        ("methods", ["swap", "ocr", "swap"], "each method at most once; repeated: swap"),
        ("methods", "swap", "Input should be a valid list"),
        ("variants", 0, "greater than or equal to 1"),
        ("variants", 1.0, "Input should be a valid integer"),
        ("strength", 0, "greater than 0"),
        ("strength", 1.1, "less than or equal to 1"),
        ("protect", ["/Q[1-4/"], r"'/Q\[1-4/' is not a valid pattern: unterminated character set"),
        ("protect", [""], "'' is not a valid word: it is empty"),
        ("surprise", 1, "Extra inputs are not permitted"),
    ],
)
def test_a_mistake_in_the_params_is_told(key, value, message):
    section = {"methods": ["swap"], "variants": 1, "strength": 0.1, "protect": []} | {key: value}
    with pytest.raises(ValidationError, match=message):
        AugmentParams.model_validate(section)


def test_all_methods_and_the_widest_values_are_accepted():
    section = {"methods": list(METHODS), "variants": 100, "strength": 1, "protect": ["Fed", "/Q[1-4]/"]}
    section["class_sentence"] = "On {}, or {0}."
    assert AugmentParams.model_validate(section).model_dump() == section
