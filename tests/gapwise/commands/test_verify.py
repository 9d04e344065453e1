import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gapwise.base.errors import UserError
from gapwise.commands import verify

WHOLE = "All files are as DVC recorded them.\n"
DVC_YAML = """
stages:
  make:
    cmd: mkdir folder && printf 1 > folder/a && printf 2 > folder/b && printf 3 > file
    outs: [folder, file]
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A repository of DVC with a file of one's own, and a stage that has made a file and a folder."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "dvc.yaml").write_text(DVC_YAML)
    (folder / "own").write_text("own")
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"], ["dvc", "add", "-q", "own"], ["dvc", "repro", "-q"]):
        dvc(folder, *command)
    return folder


@pytest.fixture
def project(begun, tmp_path, monkeypatch):
    folder = tmp_path / "project"
    subprocess.run(["cp", "-a", begun, folder], check=True)
    monkeypatch.chdir(folder)
    return folder


def dvc(folder, *command):
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "DVC_SITE_CACHE_DIR": f"{folder}-site"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def damage(content):
    """Changes the object of the cache that has this content; it stays read-only."""
    for path in Path(".dvc/cache/files/md5").glob("??/*"):
        if path.read_text() == content:
            path.chmod(0o644)
            path.write_text("damaged")
            path.chmod(0o444)
            return path
    raise AssertionError(content)


def test_what_is_whole_is_left_alone(project, capsys):
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*") if ".dvc/tmp" not in str(path)}
    assert verify.run()
    assert capsys.readouterr().out == WHOLE
    assert all(path.stat().st_mtime_ns == time for path, time in before.items() if path.is_file())


@pytest.mark.parametrize(("content", "output"), [("2", "folder"), pytest.param("3", "file", marks=pytest.mark.slow)])
def test_a_damaged_object_that_was_checked_out_is_made_again(project, capsys, content, output):
    path = damage(content)
    subprocess.run(["rm", "-r", output], check=True)
    dvc(project, "dvc", "checkout", output)
    assert dvc(project, "dvc", "status") == "Data and pipelines are up to date.\n"  # DVC does not look

    assert not verify.run()
    moved = f".dvc/tmp/damaged/{path.parent.name}{path.name}"
    assert capsys.readouterr().out == (
        f"{path}: damaged, moved to {moved}\n{output}: not as recorded; `dvc repro` makes it again\n"
    )
    assert Path(moved).read_text() == "damaged"
    dvc(project, "dvc", "repro")
    assert (Path("file").read_text(), Path("folder/b").read_text()) == ("3", "2")
    verify.run()
    assert capsys.readouterr().out == WHOLE


@pytest.mark.slow
def test_a_file_of_ones_own_is_not_recorded_as_it_was_found(project, capsys):
    damage("own")
    Path("own").unlink()
    dvc(project, "dvc", "checkout", "own")
    assert not verify.run()
    assert "own: not as own.dvc says; run `dvc add own` to keep it, or delete it and run" in capsys.readouterr().out
    before = Path("own.dvc").read_text()
    dvc(project, "dvc", "repro")
    assert Path("own.dvc").read_text() == before


def test_outside_of_a_project_it_is_a_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="This folder is in no DVC project"):
        verify.run()


def test_the_damaged_object_of_a_cache_on_another_disk_is_moved_too(project, tmp_path_factory, capsys):
    shared = Path(tempfile.mkdtemp(dir="/dev/shm")) if Path("/dev/shm").is_dir() else tmp_path_factory.mktemp("shared")
    try:
        shutil.move(".dvc/cache/files", shared / "files")
        dvc(project, "dvc", "cache", "dir", "-q", "--local", str(shared))
        damaged = next(path for path in (shared / "files/md5").glob("??/*") if path.read_text() == "3")
        damaged.chmod(0o644)
        damaged.write_text("damaged")
        verify.run()
        assert "damaged, moved to .dvc/tmp/damaged/" in capsys.readouterr().out
        assert not damaged.exists()
        assert [path.read_text() for path in Path(".dvc/tmp/damaged").iterdir()] == ["damaged"]
    finally:
        shutil.rmtree(shared)


def test_an_output_that_is_not_here_is_said(project, capsys):
    Path("file").unlink()
    shutil.rmtree("folder")
    assert verify.run()
    assert capsys.readouterr().out == (
        "All files that are here are as DVC recorded them.\n"
        "Not here: file and folder; `dvc checkout` brings what the cache has, `dvc pull` what a remote has, `dvc "
        "repro` makes the rest.\n"
    )


def test_what_dvc_was_about_to_write_is_no_damage(project, capsys):
    folder = next(Path(".dvc/cache/files/md5").glob("??"))
    (folder / ".xyz.tmp").write_text("half")
    assert verify.run()
    assert capsys.readouterr().out == WHOLE
    assert (folder / ".xyz.tmp").exists()


def test_a_merge_that_is_under_way_is_a_message(project):
    Path("dvc.lock").write_text("<<<<<<< HEAD\n" + Path("dvc.lock").read_text())
    with pytest.raises(UserError, match="DVC cannot read the project") as caught:
        verify.run()
    assert "settle its conflicts first" in str(caught.value)
