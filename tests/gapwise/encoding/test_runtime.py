"""What a user with a GPU is told. CI has none, so that a program of the driver's name stands in for the driver."""

from pathlib import Path

import pytest

from gapwise.encoding import runtime


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """A folder of programs with nvidia-smi, and a machine whose GPU nobody hides."""
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return program


def test_a_driver_without_a_gpu_that_tensorflow_sees_is_told_with_the_way_out(driver):
    assert "TensorFlow sees no GPU" in runtime.unseen_gpu()
    assert "`make env GPU=1`" in runtime.unseen_gpu()


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_who_hides_the_gpu_is_told_nothing(driver, monkeypatch, hidden):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert runtime.unseen_gpu() is None


def test_without_a_driver_nothing_is_told(driver):
    driver.unlink()
    assert runtime.unseen_gpu() is None


def test_the_lock_of_the_gpu_has_every_library_that_tensorflow_opens_and_moves_no_other_version():
    one, gpu = (pinned(name) for name in ("requirements.lock", "requirements-gpu.lock"))
    wanted = {"cuda-runtime", "cublas", "cufft", "cusolver", "cusparse", "cudnn"}
    assert {f"nvidia-{name}-cu12" for name in wanted} <= gpu.keys()
    assert {name: version for name, version in gpu.items() if not name.startswith("nvidia-")}.items() <= one.items()


def pinned(name):
    lines = Path(name).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if line[:1].isalnum())
