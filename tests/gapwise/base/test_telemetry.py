"""What the runtimes of exports would write to a user's home to send it; see findings/."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXPORT = Path(__file__).parents[2] / "fixtures/export-onnx"
RUNTIMES = {
    "onnxruntime": f"import onnxruntime; onnxruntime.InferenceSession({str(EXPORT / 'model.onnx')!r})",
    "openvino": "import openvino",
}
OFF = "from gapwise.base import telemetry; telemetry.off(); "


def files_at_home(home, program):
    signs = ("CI", "TF_BUILD", "JENKINS_URL", "ORT_DISABLE_TELEMETRY")
    unset = {name: value for name, value in os.environ.items() if name not in signs}
    subprocess.run([sys.executable, "-c", program], env=unset | {"HOME": str(home)}, check=True, capture_output=True)
    return sorted(path.name for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_no_id_is_written_home_where_a_runtime_by_itself_writes_one(runtime, tmp_path):
    assert files_at_home(tmp_path, OFF + RUNTIMES[runtime]) == []
    assert files_at_home(tmp_path, RUNTIMES[runtime]) != []


def test_labelling_with_an_export_writes_nothing_home(tmp_path):
    program = "from pathlib import Path; from gapwise.labelling.exported import Exported; Exported(Path({!r}))"
    assert files_at_home(tmp_path, program.format(str(EXPORT))) == []
