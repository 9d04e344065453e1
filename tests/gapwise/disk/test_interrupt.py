"""What Ctrl-C does to a stage; tests/faults sends it to real ones."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

AS_STAGE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from gapwise.disk import interrupt; interrupt.install(); "
)
SEND = "import os, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(60); print('still here')"


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)


def test_a_stage_ends_with_the_shells_code_one_line_and_nothing_half_written(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("folder/a", "file", "other"):
        (tmp_path / name).touch()
    names = [str(tmp_path / name) for name in ("folder", "file", "never-begun")]
    write = f"from pathlib import Path; interrupt.unfinished.update(map(Path, {names})); "
    done = python(AS_STAGE + write + SEND)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "\nInterrupted. `dvc repro` goes on from here: what is finished is kept.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_neither_a_finalizer_nor_a_handler_of_all_exceptions_holds_it_up():
    held = f"exec('try:\\n {SEND.replace(chr(39), chr(34))}\\nexcept BaseException:\\n pass')"
    assert python(AS_STAGE + held).returncode == 130


def test_a_stage_in_the_background_keeps_ignoring_it():
    ignored = AS_STAGE.replace("default_int_handler", "SIG_IGN")
    assert python(f"{ignored}print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)").stdout == "True\n"


STAGES = sorted(path.stem for path in Path("stages").glob("[a-z]*.py"))


@pytest.mark.slow
def test_importing_stages_changes_no_handler():
    names = ", ".join(f"stages.{stage}" for stage in STAGES)
    now = "signal.getsignal(signal.SIGINT)"
    assert python(f"import signal; before = {now}; import {names}; print({now} is before)").stdout == "True\n"


@pytest.mark.parametrize("stage", STAGES)
def test_running_a_stage_sets_a_handler_first(stage):
    first, second = ast.parse(Path(f"stages/{stage}.py").read_text(encoding="utf-8")).body[1:3]
    assert ast.unparse(first) == "from gapwise.disk import interrupt"
    assert ast.unparse(second) == "if __name__ == '__main__':\n    interrupt.install()"
