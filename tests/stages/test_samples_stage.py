import pandas as pd
import pytest

from stages import samples as stage


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_four_csv_files_hold_the_sample_sets(project, samples):
    stage.main()
    assert sorted(contents(project / "data/raw")) == [
        "amazon-reviews.csv",
        "movie-reviews.csv",
        "nyt-editorials.csv",
        "tweets.csv",
    ]
    for name, texts in samples.items():
        written = pd.read_csv(project / f"data/raw/{name}.csv", dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(written, texts, check_dtype=False)


def test_running_twice_writes_the_same_bytes_and_leaves_other_files_alone(project):
    stage.main()
    first = contents(project / "data/raw")
    mine = {"mine.csv": b"text,label\n", "tweets.csv.dvc": b"outs: []\n", ".gitignore": b"/tweets.csv\n"}
    for name, content in mine.items():
        (project / "data/raw" / name).write_bytes(content)
    stage.main()
    assert contents(project / "data/raw") == {**first, **mine}
