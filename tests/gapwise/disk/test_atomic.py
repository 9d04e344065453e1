import errno
import os
from pathlib import Path

import pytest

from gapwise.base.errors import UserError
from gapwise.disk import interrupt
from gapwise.disk.atomic import atomic, explain, temporary_name


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def names(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_file_has_its_name_only_once_it_is_whole():
    with atomic("data/a.txt") as temporary:
        temporary.write_text("new")
        assert names("data") == [".a.txt.partial"]
    assert names("data") == ["a.txt"]
    assert Path("data/a.txt").read_text() == "new"


def test_a_folder_replaces_the_old_one_with_all_that_was_in_it():
    Path("models").mkdir()
    Path("models/old").touch()
    with atomic("models") as temporary:
        temporary.mkdir()
        (temporary / "new").touch()
        assert names("models") == ["old"]
    assert (names(), names("models")) == (["models"], ["new"])


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_a_killed_process_left_is_removed_first(is_folder):
    for left in (".a.partial", ".a.old.partial"):
        Path(left).mkdir() if is_folder else Path(left).touch()
        (Path(left) / "b").touch() if is_folder else None
    with atomic("a") as temporary:
        assert not temporary.exists()
        temporary.write_text("new")
    assert names() == ["a"]


def test_after_a_failure_the_old_file_stays_and_nothing_is_beside_it():
    Path("a").write_text("old")

    def fail_halfway():
        with atomic("a") as temporary:
            temporary.write_text("half")
            raise ValueError("a mistake of ours")

    with pytest.raises(ValueError, match="a mistake of ours"):
        fail_halfway()
    assert names() == ["a"]
    assert Path("a").read_text() == "old"
    assert not interrupt.unfinished


def test_while_it_is_written_ctrl_c_knows_what_to_remove():
    with atomic("data/a") as temporary:
        temporary.touch()
        assert interrupt.unfinished == {temporary}
    assert not interrupt.unfinished


def test_the_temporary_name_can_be_known_before():
    with atomic("metrics/training") as temporary:
        temporary.mkdir()
        assert temporary == temporary_name("metrics/training") == Path("metrics/.training.partial")


@pytest.mark.parametrize(
    ("number", "reason", "advice"),
    [
        (errno.ENOSPC, "No space left on device", "free some space"),
        (errno.EDQUOT, "Disk quota exceeded", "free some space"),
        (errno.EROFS, "Read-only file system", "make it writable"),
        (errno.EACCES, "Permission denied", "make it writable"),
        (errno.EIO, "Input/output error", "look after the disk"),
    ],
)
def test_what_the_machine_refuses_is_a_message_with_the_final_name(number, reason, advice):
    with (
        pytest.raises(UserError, match=rf"^a cannot be written: {reason}\.\n  - {advice}.*the same command again"),
        atomic("a"),
    ):
        raise OSError(number, os.strerror(number))


def test_another_error_of_the_system_is_a_mistake_of_ours_and_stays_what_it_is():
    assert explain(FileNotFoundError(errno.ENOENT, "No such file"), "It") is None
    with pytest.raises(FileNotFoundError), atomic("a"):
        Path("missing").read_text()
