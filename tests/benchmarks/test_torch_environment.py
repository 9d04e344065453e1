import subprocess
import sys

import pytest

from benchmarks.pipeline import PROJECT


@pytest.mark.parametrize(
    "module", ["benchmarks.speed.ways.torch", "benchmarks.quality.setfit_worker", "benchmarks.quality.torch_worker"]
)
def test_what_runs_there_imports_nothing_that_it_lacks(module):
    """It starts up to its import of torch without TensorFlow, Keras, typer, YAML and Gapwise."""
    lacking = ("gapwise", "keras", "keras_hub", "ruamel", "tensorflow", "typer")
    code = f"import sys, runpy; sys.modules.update(dict.fromkeys({lacking}), torch=None)\n"
    code += f"runpy.run_module({module!r}, run_name='__main__')"

    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert "import of torch halted" in done.stderr
