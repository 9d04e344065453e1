import json
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from stages import augment

PARAMS = Path(__file__).parents[2] / "params.yaml"
TEXTS = ["alpha bravo", "charlie delta", "bravo alpha", "echo foxtrot"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with four development rows, of which 0 and 1 are trained on, 2 is validated on, and 3 is unused."""
    ids = [f"{number:016x}" for number in range(4)]
    development = pd.DataFrame({"text_id": ids, "row": range(1, 5), "text": TEXTS, "label": "calm", "group": ids})
    development["part"] = pd.Series([None] * 4, dtype="str")
    repeats = pd.DataFrame(
        [(0, ids[0], "train"), (0, ids[2], "validation"), (1, ids[1], "train"), (1, ids[0], "validation")],
        columns=["repeat", "text_id", "part"],
    )
    (tmp_path / "data").mkdir()
    development.to_parquet(tmp_path / "data/development.parquet", index=False)
    repeats.to_parquet(tmp_path / "data/repeats.parquet", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_params(project, **changes):
    document = YAML(typ="safe").load(PARAMS)
    document["augment"] |= {"methods": ["swap"], "variants": 1} | changes
    YAML().dump(document, project / "params.yaml")


def written(project):
    table = pd.read_parquet(project / "data/augmented.parquet")
    return table, json.loads((project / "metrics/augment.json").read_text(encoding="utf-8"))


def test_only_rows_that_some_repeat_trains_on_are_varied_and_no_variant_equals_a_validation_row(project):
    write_params(project)
    augment.main()
    table, report = written(project)
    assert table.to_dict("records") == [
        {
            "text_id": "0000000000000001-0",
            "source_id": "0000000000000001",
            "variant": 0,
            "method": "swap",
            "text": "Delta charlie",
        }
    ]
    assert {key: report[key] for key in ("sources", "made", "dropped")} == {
        "sources": 2,
        "made": 1,
        "dropped": {"same_as_source": 0, "same_as_other": 1},
    }


def test_without_methods_an_empty_table_is_written(project):
    write_params(project, methods=[])
    augment.main()
    table, report = written(project)
    assert (len(table), report["sources"], report["made"]) == (0, 2, 0)


def test_a_mistake_in_the_params_stops_it_before_anything_is_written(project):
    write_params(project, methods=["swap", "swap"], protect=["/(/"])
    with pytest.raises(UserError) as error:
        augment.main()
    assert error.value.problems == (
        "augment.methods: each method at most once; repeated: swap",
        "augment.protect: '/(/' is not a valid pattern: missing ), unterminated subpattern at position 0",
    )
    assert not (project / "data/augmented.parquet").exists()


def test_a_wrong_number_of_workers_stops_it(project, monkeypatch):
    write_params(project)
    monkeypatch.setenv("GAPWISE_WORKERS", "many")
    with pytest.raises(UserError, match="GAPWISE_WORKERS: must be a whole number"):
        augment.main()


def test_sentences_of_classes_are_named_and_stand_beside_the_rows_that_some_repeat_trains_on(project, capsys):
    write_params(project, methods=[], class_sentence="This is {}.")
    augment.main()
    table, report = written(project)
    assert table[["source_id", "text"]].to_numpy().tolist() == [
        ["0000000000000000", "This is calm."],
        ["0000000000000001", "This is calm."],
    ]
    assert report["by_method"] == {"class_sentence": 2}
    assert capsys.readouterr().out == "Beside each text stands the sentence of its class: 'This is calm.'\n"


def test_classes_that_are_called_by_numbers_have_no_sentences_and_it_says_so(project, capsys):
    write_params(project, methods=[], class_sentence="This is {}.")
    file = project / "data/development.parquet"
    development = pd.read_parquet(file)
    development.assign(label=["LABEL_0", "LABEL_1"] * 2).to_parquet(file, index=False)
    augment.main()
    table, report = written(project)
    assert (len(table), report["by_method"]) == (0, {})
    assert capsys.readouterr().out == (
        "No class sentences: the names of the classes differ by no words, which an encoder could know ('LABEL_0' and "
        "'LABEL_1')\n"
    )
