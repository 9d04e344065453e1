"""dvc.yaml against the code: what a stage imports, reads and writes is what DVC is told."""

import ast
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from ruamel.yaml import YAML

STAGES = YAML(typ="safe").load(Path("dvc.yaml"))["stages"]
PARAMS = YAML(typ="safe").load(Path("params.yaml"))
# From what knows most to what every other package builds on; a package imports only from those behind it.
ORDER = [
    *("commands", "serving", "exporting", "delivery", "labelling", "runs", "disk", "reports", "searching", "comparing", "scoring"),
    *("statistics", "baselines", "training", "network"),
    *("encoding", "augmenting", "splitting", "texts", "base"),
]


@pytest.fixture(scope="module")
def graph():
    """Who imports whom, imports inside of functions too."""
    return grimp.build_graph("gapwise", "stages", include_external_packages=True, cache_dir=None)


def file(module):
    path = Path(module.replace(".", "/"))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).as_posix()


def reached(graph, stage):
    """The files of the project that a stage runs, but for those that hold a package's docstring alone."""
    modules = {module for module in graph.find_upstream_modules(f"stages.{stage}") if module.startswith("gapwise.")}
    return {file(f"stages.{stage}"), *map(file, modules)}


def code_deps(stage):
    return {dep for dep in STAGES[stage]["deps"] if dep.startswith(("gapwise/", "stages/"))}


def test_the_graph_holds_the_whole_project(graph):
    modules = [module for module in graph.modules if module.split(".")[0] in ("gapwise", "stages")]
    assert len(modules) == len([*Path("gapwise").rglob("*.py"), *Path("stages").rglob("*.py")]) > 80


def test_imports_run_one_way(graph):
    packages = {path.parent.name for path in Path("gapwise").glob("*/__init__.py")}
    assert set(ORDER) == packages
    assert graph.find_illegal_dependencies_for_layers(layers=ORDER, containers={"gapwise"}) == set()
    assert not {module for module in graph.find_upstream_modules("gapwise.commands.app") if module.startswith("stages")}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_from_files_and_folders_among_its_deps_and_from_each_of_them(graph, stage):
    deps, files = code_deps(stage), reached(graph, stage)
    assert len(files) > 5
    assert {path for path in files if not any(path == dep or path.startswith(f"{dep}/") for dep in deps)} == set()
    assert {dep for dep in deps if not any(path == dep or path.startswith(f"{dep}/") for path in files)} == set()


def test_the_deps_on_code_are_few_enough_to_read():
    assert sum(len(code_deps(stage)) for stage in STAGES) <= 45


def test_a_package_runs_nothing_when_it_is_imported():
    for path in [*Path("gapwise").rglob("__init__.py"), *Path("stages").rglob("__init__.py")]:
        assert len(path.read_text(encoding="utf-8").split('"""')) == 3, f"{path} holds more than a docstring"


def test_stages_holds_the_stages_of_dvc_yaml_and_nothing_else():
    assert {path.stem for path in Path("stages").glob("*.py")} == {*STAGES, "__init__"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_its_module_and_no_parameter_reaches_the_shell(stage):
    assert STAGES[stage]["cmd"] == f"python -m stages.{stage}"


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_says_what_it_does(stage):
    assert STAGES[stage]["desc"]


@pytest.mark.parametrize("stage", ["samples", "prepare", "split", "augment"])
def test_stages_without_a_network_do_not_import_tensorflow(graph, stage):
    assert "gapwise/encoding/runtime.py" not in reached(graph, stage)


@pytest.mark.parametrize("package", ["tensorflow", "keras", "keras_hub"])
def test_tensorflow_and_keras_come_in_through_one_module(graph, package):
    assert graph.find_modules_that_directly_import(package) == {"gapwise.encoding.runtime"}


def private_attributes(path):
    """Attributes with an underscore that a module takes from anything but itself and its own names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("_"):
            yield from [node.attr] if ast.unparse(node.value) not in ("self", "cls", "os", "Repeat") else []


def test_private_attributes_of_keras_are_used_in_one_module():
    used = {path.as_posix() for path in Path("gapwise").rglob("*.py") if set(private_attributes(path))}
    assert used == {"gapwise/encoding/keras_internals.py"}


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
    plots = {f"metrics/plots/{name}.csv" for name in ("repeats", "gap", "confusion", "reliability", "thresholds")}
    assert kept == {"metrics/evaluate.json"} | plots
    assert kept_by_git(STAGES["evaluate"]["outs"]) == set()


def test_every_section_of_the_params_is_watched_by_some_stage():
    watched = {str(key).split(".")[0] for stage in STAGES.values() for key in stage.get("params", [])}
    assert watched == set(PARAMS)


def test_dvc_finds_one_pipeline(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path))
    command = [sys.executable, "-m", "dvc", "stage", "list", "--all", "--name-only"]
    listed = subprocess.check_output(command, text=True)
    assert listed.split() == list(STAGES)  # and none of the pipelines that tests bring along
