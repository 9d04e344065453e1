"""dvc.yaml against the code: what a stage imports, reads and writes is what DVC is told."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

STAGES = YAML(typ="safe").load(Path("dvc.yaml"))["stages"]
PARAMS = YAML(typ="safe").load(Path("params.yaml"))


def imported(path):
    """The project's modules that a module imports, as paths."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found |= {Path(name.replace(".", "/") + ".py") for name in names}
    return {module for module in found if module.exists()}


def reached(path):
    """The module and all of the project's modules that it imports, directly or not."""
    seen, waiting = set(), {path}
    while waiting:
        module = waiting.pop()
        seen.add(module)
        waiting |= imported(module) - seen
    return {module.as_posix() for module in seen}


@pytest.mark.parametrize("stage", STAGES)
def test_the_modules_a_stage_depends_on_are_exactly_those_it_imports(stage):
    deps = {dep for dep in STAGES[stage]["deps"] if dep.endswith(".py")}
    assert deps == reached(Path(f"stages/{stage}.py"))


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_its_module_and_no_parameter_reaches_the_shell(stage):
    assert STAGES[stage]["cmd"] == f"python -m stages.{stage}"


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_says_what_it_does(stage):
    assert STAGES[stage]["desc"]


@pytest.mark.parametrize("stage", ["samples", "prepare", "split", "augment"])
def test_stages_without_a_network_do_not_import_tensorflow(stage):
    assert "gapwise/runtime.py" not in reached(Path(f"stages/{stage}.py"))


def test_tensorflow_and_keras_come_in_through_one_module():
    direct = {
        path.as_posix()
        for folder in ("gapwise", "stages")
        for path in Path(folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)])
        if name.split(".")[0] in {"tensorflow", "keras", "keras_hub", "tensorflow_text"}
    }
    assert direct == {"gapwise/runtime.py"}


def test_nothing_in_gapwise_but_its_program_imports_a_door():
    modules = [path for path in Path("gapwise").glob("*.py") if path.name != "__main__.py"]
    doors = ("stages/", "commands/", "reports/")
    assert not any(module.startswith(doors) for path in modules for module in reached(path))


def test_only_evaluate_baseline_and_tokenize_see_the_test_rows():
    assert {stage for stage in STAGES if "data/test.parquet" in STAGES[stage]["deps"]} == {
        "tokenize",
        "baseline",
        "evaluate",
    }
    assert "data/tokens/test.parquet" not in STAGES["finetune"]["deps"]


def test_changing_the_recipe_reruns_finetune_and_evaluate_alone():
    watching = {
        stage for stage in STAGES if any(str(key).startswith("finetune") for key in STAGES[stage].get("params", []))
    }
    assert watching == {"finetune"}
    outs = {next(iter(out)) if isinstance(out, dict) else out for out in STAGES["finetune"]["outs"]}
    assert {stage for stage in STAGES if outs & set(STAGES[stage]["deps"])} == {"evaluate"}


def kept_by_git(outs):
    """The names of those outs that DVC does not cache."""
    return {
        name for out in outs if isinstance(out, dict) for name, options in out.items() if not options.get("cache", True)
    }


@pytest.mark.parametrize("stage", ["samples", "finetune", "baseline"])
def test_the_run_cache_of_a_costly_stage_can_be_shared(stage):
    # DVC neither records a run with an out that git keeps, nor pushes what git keeps of a run that it has recorded.
    written = [out for kind in ("outs", "metrics", "plots") for out in STAGES[stage].get(kind, [])]
    assert written
    assert kept_by_git(written) == set()


def test_dvc_records_the_runs_of_evaluate_and_git_keeps_its_metrics_and_plots():
    kept = kept_by_git(STAGES["evaluate"]["metrics"] + STAGES["evaluate"]["plots"])
    plots = {f"metrics/plots/{name}.csv" for name in ("repeats", "gap", "confusion", "reliability")}
    assert kept == {"metrics/evaluate.json"} | plots
    assert kept_by_git(STAGES["evaluate"]["outs"]) == set()


def test_every_section_of_the_params_is_watched_by_some_stage():
    watched = {str(key).split(".")[0] for stage in STAGES.values() for key in stage.get("params", [])}
    assert watched == set(PARAMS)


@pytest.mark.parametrize(
    ("package", "never"),
    [("stages", {"commands", "reports"}), ("reports", {"commands", "stages"}), ("gapwise", {"reports"})],
)
def test_rooms_do_not_know_the_doors_that_lead_to_them(package, never):
    modules = [path for path in Path(package).glob("*.py") if path.name != "__main__.py"]
    assert len(modules) > 5
    assert not {module for path in modules for module in reached(path) if module.split("/")[0] in never}


def test_dvc_finds_one_pipeline(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path))
    command = [sys.executable, "-m", "dvc", "stage", "list", "--all", "--name-only"]
    listed = subprocess.check_output(command, text=True)
    assert listed.split() == list(STAGES)  # and none of the pipelines that tests bring along
