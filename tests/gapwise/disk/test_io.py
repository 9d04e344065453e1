import errno
import json
import shutil
from pathlib import Path

import pandas as pd
import pandera.errors
import pytest

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats
from gapwise.disk import io
from gapwise.splitting.params import SplitParams
from gapwise.training.recipe import FinetuneParams

PARAMS = Path("params.yaml").resolve()
ROWS = pd.DataFrame({"repeat": [0, 0], "text_id": ["a", "b"], "part": ["train", "validation"]})


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    shutil.copy(PARAMS, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fail_with(error):
    def main():
        raise error

    return main


def test_a_users_mistake_ends_with_its_message_and_not_with_a_traceback():
    with pytest.raises(SystemExit) as caught:
        io.run(fail_with(UserError("It cannot be done:", ["first", "second"])))
    assert caught.value.code == "\nIt cannot be done:\n  - first\n  - second\n"


def test_ctrl_c_ends_with_the_shells_code():
    with pytest.raises(SystemExit) as caught:
        io.run(fail_with(KeyboardInterrupt()))
    assert caught.value.code == 130


def test_a_mistake_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        io.run(fail_with(ZeroDivisionError()))


def test_a_full_disk_ends_with_a_message_wherever_it_is_noticed():
    with pytest.raises(SystemExit) as caught:
        io.run(fail_with(OSError(errno.ENOSPC, "No space left on device", "curves/loss.tsv")))
    assert caught.value.code == (
        "\ncurves/loss.tsv cannot be used: No space left on device.\n"
        "  - free some space, then run the same command again: finished stages are kept\n"
    )


def test_a_file_that_we_forgot_to_write_keeps_its_traceback():
    with pytest.raises(FileNotFoundError):
        io.run(fail_with(FileNotFoundError(errno.ENOENT, "No such file or directory", "a")))


def test_small_numbers_are_numbers_as_they_are_to_dvc():
    text = Path("params.yaml").read_text().replace("learning_rate: 5.0e-5", "learning_rate: 5e-5")
    Path("params.yaml").write_text(text)
    assert io.read_params(FinetuneParams).learning_rate == 5e-5


def test_several_sections_are_read_in_one_call_and_in_the_order_asked_for():
    split, recipe = io.read_params(SplitParams, FinetuneParams)
    assert (type(split), type(recipe)) == (SplitParams, FinetuneParams)
    assert io.read_params(SplitParams) == split


def test_params_that_are_no_yaml_say_where():
    Path("params.yaml").write_text("prepare: [1\nsplit: 2\n")
    with pytest.raises(UserError, match=r"not valid YAML") as caught:
        io.read_params(FinetuneParams)
    assert "line 2" in caught.value.problems[0]


def test_missing_params_say_where_to_run_from():
    Path("params.yaml").unlink()
    with pytest.raises(UserError, match=r"Run stages from the project's top folder"):
        io.read_params(FinetuneParams)


def test_a_table_comes_back_as_it_was_written():
    io.write_table("data/repeats.parquet", ROWS, Repeats)
    pd.testing.assert_frame_equal(io.read_table("data/repeats.parquet", Repeats), ROWS.astype({"text_id": "str"}))


def test_the_same_table_gives_the_same_bytes():
    for name in ("one", "two"):
        io.write_table(f"{name}.parquet", ROWS, Repeats)
    assert Path("one.parquet").read_bytes() == Path("two.parquet").read_bytes()


def test_a_missing_table_says_how_to_get_it():
    with pytest.raises(UserError, match=r"data/x\.parquet is missing\. Run `dvc repro`, which makes it, or `dvc pull`"):
        io.read_table("data/x.parquet", Repeats)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"repeat,text_id\n"])
def test_a_file_that_is_no_table_says_how_to_get_one(content):
    Path("a.parquet").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.parquet is not a table as its stage writes it\. Run `dvc repro`"):
        io.read_table("a.parquet", Repeats)


def test_a_truncated_table_says_how_to_get_a_whole_one():
    io.write_table("a.parquet", ROWS, Repeats)
    Path("a.parquet").write_bytes(Path("a.parquet").read_bytes()[:-100])
    with pytest.raises(UserError, match=r"a\.parquet is not a table as its stage writes it"):
        io.read_table("a.parquet", Repeats)


def test_a_table_that_was_edited_by_hand_names_the_column():
    ROWS.assign(part="training").to_parquet("a.parquet", index=False)
    with pytest.raises(UserError, match=r"Run `dvc repro`") as caught:
        io.read_table("a.parquet", Repeats)
    assert "'part'" in caught.value.problems[0]


def test_under_dvc_a_table_is_the_one_that_was_recorded(monkeypatch):
    io.write_table("a.parquet", ROWS, Repeats)
    Path("a.parquet.dvc").write_text(f"outs:\n- md5: {'0' * 32}\n  hash: md5\n  path: a.parquet\n")
    monkeypatch.setenv("DVC_STAGE", "split")
    with pytest.raises(UserError, match=r"a\.parquet is not what DVC recorded"):
        io.read_table("a.parquet", Repeats)


def test_a_table_that_breaks_its_contract_is_not_written():
    with pytest.raises(pandera.errors.SchemaError):
        io.write_table("repeats.parquet", ROWS.assign(part="training"), Repeats)
    assert not Path("repeats.parquet").exists()


def test_what_fails_halfway_leaves_the_old_file_and_nothing_beside_it(project):
    io.write_json("metrics/a.json", {"ä": 1})
    with pytest.raises(ValueError, match=r"Out of range float values are not JSON compliant"):
        io.write_json("metrics/a.json", {"a": float("nan")})
    assert json.loads(Path("metrics/a.json").read_text(encoding="utf-8")) == {"ä": 1}
    assert [path.name for path in Path("metrics").iterdir()] == ["a.json"]


def test_plot_data_is_written_with_six_digits_and_unix_lines():
    io.write_csv("a.csv", pd.DataFrame({"x": [1, 2], "y": [1 / 3, 2e-9]}))
    assert Path("a.csv").read_bytes() == b"x,y\n1,0.333333\n2,2e-09\n"
