import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts
from gapwise.disk import io
from stages import prepare as stage

PARAMS = Path("params.yaml").resolve()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project with the real params.yaml."""
    shutil.copy(PARAMS, tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw").mkdir(parents=True)
    return tmp_path


def change(**prepare):
    yaml = YAML()
    document = yaml.load(Path("params.yaml"))
    document["prepare"].update(prepare)
    yaml.dump(document, Path("params.yaml"))


def message():
    with pytest.raises(UserError) as caught:
        stage.main()
    return str(caught.value)


def test_a_sample_set_becomes_texts_and_a_report(project, samples):
    io.write_csv("data/raw/amazon-reviews.csv", samples["amazon-reviews"])
    change(source="data/raw/amazon-reviews.csv")
    stage.main()
    texts = io.read_table("data/dataset.parquet", Texts)
    report = json.loads(Path("metrics/data.json").read_text(encoding="utf-8"))
    assert len(texts) == report["rows_kept"] == 2977
    assert {name: report[name] for name in ("rows_read", "rows_dropped", "classes", "near_duplicates", "groups")} == {
        "rows_read": 2985,
        "rows_dropped": {
            "duplicates": 8,
            "duplicates_across_parts": 0,
            "conflicting_labels": 0,
            "outvoted": 0,
            "unlabelled": 0,
            "taken_back": 0,
        },
        "classes": {"negative": 1233, "positive": 1744},
        "near_duplicates": {"groups": 7, "rows": 14},
        "groups": {"number": 287, "largest": 55},
    }


def test_running_twice_writes_the_same_bytes(project, samples):
    io.write_csv("data/raw/nyt-editorials.csv", samples["nyt-editorials"].head(300))
    written = []
    for _ in range(2):
        stage.main()
        written.append([Path(path).read_bytes() for path in ("data/dataset.parquet", "metrics/data.json")])
    assert written[0] == written[1]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_format_gives_the_same_texts(project, suffix):
    rows = [(f'Café {word}, "{number}"', number, "NA") for number in (0, 1) for word in ["one", "two", "three", "four"]]
    table = pd.DataFrame(rows, columns=["body", "stars", "who"])
    path = Path(f"data/raw/mine{suffix}")
    match suffix:
        case ".csv":
            table.to_csv(path, index=False, encoding="utf-8-sig")
        case ".tsv":
            table.to_csv(path, index=False, sep="\t")
        case ".jsonl":
            table.to_json(path, orient="records", lines=True)
        case ".parquet":
            table.to_parquet(path)
    change(source=str(path), text_column="body", label_column="stars", group_column=None, near_duplicate_similarity=1)
    stage.main()
    texts = io.read_table("data/dataset.parquet", Texts)
    assert texts[["row", "text", "label"]].to_numpy().tolist() == [
        [number, text, str(label)] for number, (text, label, _) in enumerate(rows, start=1)
    ]


def test_a_mistake_writes_nothing(project):
    Path("data/raw/mine.csv").write_text("text,label,group\n,a,1\n")
    change(source="data/raw/mine.csv")
    assert message().startswith("data/raw/mine.csv cannot be used")
    assert not Path("data/dataset.parquet").exists()
    assert not Path("metrics").exists()


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        (
            "data/raw/mime.csv",
            "copy your file there and run `dvc add data/raw/mime.csv && git add data/raw/mime.csv.dvc "
            "data/raw/.gitignore && git commit -m Data`, so that DVC keeps it and experiments "
            "find it",
        ),
        ("data/raw/big.csv", "DVC tracks it and it is not here: run `dvc pull data/raw/big.csv`"),
        ("data/raw/tweets.csv", "it is a sample set: run `dvc repro samples`, or `dvc pull`"),
    ],
)
def test_a_missing_source_is_explained(project, source, advice):
    for name in ("mine.csv", "other.JSONL", "big.csv.dvc", "notes.txt"):
        Path("data/raw", name).touch()
    change(source=source)
    assert message() == (
        f"prepare.source: there is no file {source}.\n"
        f"  - {advice}\n"
        "  - files in data/raw: data/raw/mine.csv, data/raw/other.JSONL"
    )


def test_a_folder_of_other_files_is_explained(project):
    for name in ("reviews.csv", "val.csv", "dev.csv"):
        Path("data/raw", name).write_text("text,label\nGood.,a\n")
    change(source="data/raw")
    assert message() == (
        "prepare.source: data/raw is a folder that cannot be read:\n"
        "  - reviews.csv: its name must be one of 'train', 'validation' and 'test', and a suffix\n"
        "  - dev.csv and val.csv are both validation; keep one"
    )


def test_a_folder_with_a_file_per_part_keeps_these_parts(project):
    exports = PARAMS.parent / "tests/fixtures/exports/huggingface"
    Path("data/raw/reviews").mkdir()
    for name in ("train.parquet", "test.parquet"):
        shutil.copy(exports / name, "data/raw/reviews")
    change(source="data/raw/reviews", text_column="text", label_column="label", group_column=None)
    stage.main()
    texts = pd.read_parquet("data/dataset.parquet")
    assert texts["part"].value_counts().to_dict() == {"train": 17, "test": 6}
    assert json.loads(Path("metrics/rows.json").read_text()) == {
        "rows_read": 23,
        "rows_kept": 23,
        "rows_disputed": 0,
        "rows_without_label": 0,
    }
    change(split_column="fold")
    assert message() == (
        "prepare.split_column ('fold') must be null where the files of data/raw/reviews say what is train and test."
    )
