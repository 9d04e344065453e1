"""What the package `stages` does about Ctrl-C; tests/faults sends it to real stages."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import stages

AS_STAGE = (
    "import sys, signal; sys.argv = ['-m']; signal.signal(signal.SIGINT, signal.default_int_handler); import stages; "
)
SEND = "import os, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(60); print('still here')"


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)


def test_a_stage_ends_with_the_shells_code_one_line_and_nothing_half_written(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("folder/a", "file", "other"):
        (tmp_path / name).touch()
    names = [str(tmp_path / name) for name in ("folder", "file", "never-begun")]
    write = f"from pathlib import Path; stages.unfinished.update(map(Path, {names})); "
    done = python(AS_STAGE + write + SEND)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "\nInterrupted. `dvc repro` goes on from here: what is finished is kept.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_neither_a_finalizer_nor_a_handler_of_all_exceptions_holds_it_up():
    held = f"exec('try:\\n {SEND.replace(chr(39), chr(34))}\\nexcept BaseException:\\n pass')"
    assert python(AS_STAGE + held).returncode == 130


@pytest.mark.parametrize(("argv", "handler"), [("['-c']", "default_int_handler"), ("['-m']", "SIG_IGN")])
def test_another_program_and_one_in_the_background_keep_their_handlers(argv, handler):
    code = f"import sys, signal; sys.argv = {argv}; signal.signal(signal.SIGINT, signal.{handler}); import stages; "
    assert python(code + f"print(signal.getsignal(signal.SIGINT) is signal.{handler})").stdout == "True\n"


def test_importing_a_door_in_a_test_changes_no_handler():
    assert signal.getsignal(signal.SIGINT) is not stages.end
    assert Path(stages.__file__).name == "__init__.py"
