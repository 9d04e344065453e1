"""A disk that is full, or may not be written."""

import os
import subprocess

import pytest

from tests.clones import stages_run
from tests.faults.disturbed import Disturbed, apart, can, can_mount

FIRST_OUTPUT = {
    "samples": "data/raw/nyt-editorials.csv",
    "prepare": "data/dataset.parquet",
    "split": "data/test.parquet",
    "augment": "data/augmented.parquet",
    "tokenize": "data/tokens/development.parquet",
    "finetune": "metrics/training",
    "baseline": "data/baseline_predictions.parquet",
    "evaluate": "data/predictions.parquet",
}


@pytest.fixture
def small(tmp_path, reference, require):
    """A disturbed clone on a disk of its own, of 64 MB."""
    require(can_mount(), "this user may not mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
    # DVC's own database is elsewhere by default too; without space for it, DVC says `database or disk is full`.
    yield Disturbed(disk / "clone", reference, DVC_SITE_CACHE_DIR=str(tmp_path / "site"))
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(path, left):
    """Fills the disk but for what DVC needs to lock the outputs of a stage."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(file.tell() - left)


@pytest.mark.parametrize(("stage", "output"), FIRST_OUTPUT.items())
def test_a_stage_on_a_full_disk_says_so_and_runs_once_there_is_space(small, stage, output):
    filler = small.folder / "filler"
    small.forget(stage)
    # DVC's lock has a line for every dep, whole path included: those of two stages need more.
    fill(filler, left=16384 if stage in ("finetune", "evaluate") else 8192)
    code, log = small.outcome("dvc", "repro", "--single-item", stage)
    filler.unlink()
    assert (code, "Traceback" in log, small.half_written(), small.leftovers()) == (255, False, set(), [])
    assert (
        f"\n{output} cannot be written: No space left on device.\n"
        "  - free some space, then run the same command again: finished stages are kept\n"
    ) in log
    assert stages_run(small.assert_recovers()) == [stage]


def read_only(folder):
    return apart(f"mount --bind {folder} {folder}", f"mount -o remount,bind,ro {folder}")


@pytest.mark.parametrize(("stage", "output"), (FIRST_OUTPUT | {"finetune": "models"}).items())
def test_a_folder_on_a_read_only_disk_is_named(disturbed, require, stage, output):
    require(can_mount(), "this user may not mount a folder read-only")
    disturbed.forget(stage)
    folder = output.split("/")[0]
    (disturbed.folder / folder).mkdir(exist_ok=True)
    code, log = disturbed.outcome(*read_only(folder), "python", "-m", f"stages.{stage}")
    assert (code, "Traceback" in log, disturbed.half_written(), disturbed.leftovers()) == (1, False, set(), [])
    # A folder that is mounted gets no other name, as that of models would.
    reason = "Device or resource busy" if folder == output else "Read-only file system"
    assert (
        f"\n{output} cannot be written: {reason}.\n"
        "  - make it writable for the user who runs DVC, then run the same command again\n"
    ) in log
    assert stages_run(disturbed.assert_recovers()) == [stage]


def bound_by_modes():
    """A command prefix: what follows may write only where the modes of files let it, as any user but root."""
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.parametrize(("stage", "output"), (FIRST_OUTPUT | {"finetune": "models"}).items())
def test_a_folder_that_may_not_be_written_is_named(disturbed, require, stage, output):
    require(can(*bound_by_modes(), "true"), "setpriv is missing, and root may write everywhere")
    disturbed.forget(stage)
    folder = (disturbed.folder / output).parent
    folder.chmod(0o555)
    code, log = disturbed.outcome(*bound_by_modes(), "dvc", "repro", "--single-item", stage)
    folder.chmod(0o755)
    assert (code, "Traceback" in log, disturbed.half_written(), disturbed.leftovers()) == (255, False, set(), [])
    assert (
        f"\n{output} cannot be written: Permission denied.\n"
        "  - make it writable for the user who runs DVC, then run the same command again\n"
    ) in log
    assert stages_run(disturbed.assert_recovers()) == [stage]


def test_outputs_that_dvc_may_not_replace_stay_and_are_named(disturbed, require):
    require(can_mount(), "this user may not mount a folder read-only")
    code, log = disturbed.outcome(*read_only("data"), "dvc", "repro", "--single-item", "--force", "split")
    assert (code, "Traceback" in log) == (255, False)
    assert f"failed to reproduce 'split': [Errno 30] Read-only file system: '{disturbed.folder}/data/" in log
    disturbed.assert_recovers()
