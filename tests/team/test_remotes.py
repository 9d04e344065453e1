"""Ann and Ben work on one project over SSH, as docs/team.md tells them to.

Each fixture is a chapter of one story, and goes on where the one before it ended.
"""

import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from ruamel.yaml import YAML

from tests.clones import stages_run

NOTHING_TO_DO = "Data and pipelines are up to date."


def at_once(*deeds):
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(deed) for deed in deeds]]


def metrics(clone, revision=None):
    """metrics/evaluate.json as it lies there, or as git has it at a revision."""
    path = "metrics/evaluate.json"
    return json.loads(clone.run("git", "show", f"{revision}:{path}") if revision else (clone.folder / path).read_text())


def params(clone):
    return YAML(typ="safe").load(clone.folder / "params.yaml")


def back_to_the_last_commit(clone):
    clone.run("git", "checkout", "-q", ".")
    clone.run("dvc", "checkout", "-q")


def first_run(hub, reference):
    """Ann's clone, which has run the pipeline and knows the hub's remotes."""
    ann = reference.copy(hub.folder / "ann", **hub.home("ann"))
    ann.run("git", "remote", "add", "origin", hub.url(hub.git))
    ann.run("dvc", "remote", "add", "-d", "team", hub.url(hub.dvc))
    ann.commit("The remotes")
    return ann


@pytest.fixture(scope="module")
def shared(hub, reference):
    """Ann pushes code, data and runs of her pipeline; Ben clones and pulls."""
    ann = first_run(hub, reference)
    ann.run("git", "push", "-q", "-u", "origin", "main")
    ann.run("dvc", "push", "--run-cache")
    ben = hub.clone("ben")
    pulled = ben.run("dvc", "pull", "--run-cache")
    return SimpleNamespace(ann=ann, ben=ben, pulled=pulled, first=metrics(ann), status=ben.run("git", "status", "-s"))


def test_a_colleague_has_the_same_metrics_and_nothing_to_run(shared):
    assert metrics(shared.ben) == shared.first
    assert shared.ben.outputs() == shared.ann.outputs()
    log = shared.ben.run("dvc", "repro")
    assert NOTHING_TO_DO in log
    assert stages_run(log) == []
    assert shared.status == shared.ben.run("git", "status", "-s") == ""


def test_what_is_deleted_comes_back_from_the_cache_and_is_not_computed_again(shared):
    ben, before = shared.ben, shared.ben.outputs()
    shutil.rmtree(ben.folder / "models")
    log = ben.run("dvc", "repro")
    assert "Stage 'finetune' is cached - skipping run, checking out outputs" in log
    assert stages_run(log) == []
    for path in (ben.folder / "data").glob("*.parquet"):
        path.unlink()
    ben.run("dvc", "checkout")
    assert NOTHING_TO_DO in ben.run("dvc", "repro")
    assert ben.outputs() == before


@pytest.fixture(scope="module")
def experiments(shared):
    """Both run an experiment and push it, at once; then each pulls the other's."""
    ann, ben = shared.ann, shared.ben
    ran = at_once(
        lambda: ann.run("dvc", "exp", "run", "-S", "finetune.l2=0.5", "-n", "strong-l2"),
        lambda: ben.run("dvc", "exp", "run", "-S", "finetune.l1=0.01", "-n", "some-l1"),
    )
    results = {"strong-l2": metrics(ann), "some-l1": metrics(ben)}
    back_to_the_last_commit(ann)
    back_to_the_last_commit(ben)
    pushed = at_once(
        lambda: ann.run("dvc", "exp", "push", "--run-cache", "origin", "strong-l2"),
        lambda: ben.run("dvc", "exp", "push", "--run-cache", "origin", "some-l1"),
    )
    listed = [clone.run("dvc", "exp", "list", "origin") for clone in (ann, ben)]
    return SimpleNamespace(ann=ann, ben=ben, ran=ran, results=results, pushed=pushed, listed=listed)


def test_two_experiments_pushed_at_once_both_arrive(experiments):
    assert [stages_run(log) for log in experiments.ran] == [["finetune", "evaluate"]] * 2
    for name, log in zip(experiments.results, experiments.pushed, strict=True):
        assert f"Pushed experiment {name} to Git remote 'origin'." in log
    for listed in experiments.listed:
        assert set(listed.split()) == {"main:", "strong-l2", "some-l1"}


def test_what_a_colleague_has_run_is_not_run_again_for_the_same_params(experiments):
    ben = experiments.ben
    ben.set_params({"finetune": {"l2": 0.5}})
    log = ben.run("dvc", "repro", "--pull")
    assert "Stage 'finetune' is cached - skipping run, checking out outputs" in log
    assert stages_run(log) == ["evaluate"]  # whose metrics git keeps, and the run cache of the remote does not
    assert metrics(ben) == experiments.results["strong-l2"]
    back_to_the_last_commit(ben)


def test_a_colleagues_experiment_is_compared_and_applied_without_running_anything(experiments):
    ben, base, theirs = experiments.ben, metrics(experiments.ben), experiments.results["strong-l2"]
    ben.run("dvc", "exp", "pull", "origin", "strong-l2")
    diff = json.loads(ben.run("dvc", "exp", "diff", "HEAD", "strong-l2", "--json"))
    assert diff["params"]["params.yaml"] == {"finetune.l2": {"old": 0.1, "new": 0.5, "diff": 0.4}}
    log_loss = diff["metrics"]["metrics/evaluate.json"]["test.log_loss"]
    assert (log_loss["old"], log_loss["new"]) == (base["test"]["log_loss"], theirs["test"]["log_loss"])
    for command in (("metrics", "diff", "HEAD", "strong-l2"), ("metrics", "diff", "some-l1", "strong-l2")):
        assert "test.log_loss" in ben.run("dvc", *command)
    plots = json.loads(ben.run("dvc", "plots", "diff", "HEAD", "strong-l2", "--json"))
    assert "errors" not in plots
    assert "metrics/plots/epochs.csv" in plots["data"]
    comparison = json.loads(ben.run("python", "-m", "gapwise", "compare", "HEAD", "strong-l2", "--json"))
    assert [setting["name"] for setting in comparison["settings"]] == ["HEAD", "strong-l2"]
    assert comparison["settings"][1]["params"] == {"finetune.l2": 0.5}
    assert metrics(ben) == base  # the workspace is as it was
    ben.run("dvc", "exp", "apply", "strong-l2")
    assert metrics(ben) == theirs
    assert NOTHING_TO_DO in ben.run("dvc", "repro")
    back_to_the_last_commit(ben)


def test_an_experiment_becomes_a_branch_with_its_metrics(experiments):
    ann = experiments.ann
    ann.run("dvc", "exp", "pull", "origin", "some-l1")
    ann.run("dvc", "exp", "branch", "some-l1", "try-l1")
    assert metrics(ann, "try-l1") == experiments.results["some-l1"]
    ann.run("git", "push", "-q", "origin", "try-l1")
    assert "try-l1" in experiments.ben.run("git", "ls-remote", "--heads", "origin")


@pytest.fixture(scope="module")
def conflict(experiments):
    """Both make their experiment the new main. Ann is first, so Ben has to merge."""
    ann, ben = experiments.ann, experiments.ben
    for clone, name in ((ann, "strong-l2"), (ben, "some-l1")):
        back_to_the_last_commit(clone)
        clone.run("dvc", "exp", "apply", name)
        clone.commit(f"Use {name}")
    ann.run("git", "push", "-q")
    ann.run("dvc", "push", "--run-cache")
    refused = ben.run("git", "push", fails=True)
    merged = ben.run("git", "pull", "-q", "--no-rebase", fails=True)
    return SimpleNamespace(**vars(experiments) | {"refused": refused, "merged": merged})


def merge_again(ben):
    ben.run("git", "reset", "-q", "--hard")
    ben.run("git", "merge", "-q", "origin/main", fails=True)


def test_a_conflict_is_said_by_git_and_by_dvc(conflict):
    assert "Updates were rejected because the remote contains work that you do" in conflict.refused
    for path in ("params.yaml", "dvc.lock", "metrics/evaluate.json"):
        assert f"Merge conflict in {path}" in conflict.merged
    merge_again(conflict.ben)
    for command in ("status", "repro"):
        assert "'./dvc.lock' is invalid (possible merge conflicts)." in conflict.ben.run("dvc", command, fails=True)


def test_a_conflict_is_resolved_to_their_side_without_running_anything(conflict):
    ben = conflict.ben
    merge_again(ben)
    ben.run("git", "checkout", "MERGE_HEAD", "--", "params.yaml", "dvc.lock", "metrics")
    ben.run("dvc", "pull")
    assert NOTHING_TO_DO in ben.run("dvc", "repro")
    assert metrics(ben) == conflict.results["strong-l2"]


def test_a_conflict_is_resolved_to_our_side_without_running_anything(conflict):
    ben = conflict.ben
    merge_again(ben)
    ben.run("git", "checkout", "HEAD", "--", "params.yaml", "dvc.lock", "metrics")
    ben.run("dvc", "checkout")
    assert NOTHING_TO_DO in ben.run("dvc", "repro")
    assert metrics(ben) == conflict.results["some-l1"]


@pytest.fixture(scope="module")
def resolved(conflict):
    """Ben takes both changes of params.yaml, runs what follows, and pushes; Ann pulls."""
    ann, ben = conflict.ann, conflict.ben
    merge_again(ben)
    ben.run("git", "checkout", "HEAD", "--", "params.yaml", "dvc.lock", "metrics")
    ben.set_params({"finetune": {"l2": 0.5}})
    log = ben.run("dvc", "repro")
    ben.commit("Use both")
    ben.run("dvc", "push", "--run-cache")
    ben.run("git", "push", "-q")
    ann.run("git", "pull", "-q")
    ann.run("dvc", "pull", "--run-cache")
    return SimpleNamespace(**vars(conflict) | {"log": log})


def test_both_changes_are_kept_and_only_what_they_ask_for_is_run(resolved):
    assert stages_run(resolved.log) == ["finetune", "evaluate"]
    recipe = params(resolved.ann)["finetune"]
    assert (recipe["l2"], recipe["l1"]) == (0.5, 0.01)
    assert NOTHING_TO_DO in resolved.ann.run("dvc", "repro")
    assert metrics(resolved.ann) == metrics(resolved.ben)


def test_nothing_is_lost(resolved):
    ann = resolved.ann
    assert [metrics(ann, revision) for revision in ("HEAD^1", "HEAD^2")] == [
        resolved.results["some-l1"],
        resolved.results["strong-l2"],
    ]
    listed = ann.run("dvc", "exp", "list", "-A", "origin")
    assert {"strong-l2", "some-l1"} <= set(listed.split())
    ann.run("git", "checkout", "-q", "HEAD^2~1")  # where both began
    ann.run("dvc", "checkout")
    assert NOTHING_TO_DO in ann.run("dvc", "repro")
    ann.run("git", "checkout", "-q", "main")
    ann.run("dvc", "checkout")


@pytest.fixture(scope="module")
def offline(hub, resolved):
    """The server goes away in the middle of Ann's push, and comes back."""
    ann = resolved.ann
    (ann.folder / "data/raw/big.csv").write_bytes(os.urandom(100_000_000))
    ann.run("dvc", "add", "-q", "data/raw/big.csv")
    ann.commit("A big file")
    before = hub.objects()
    push = subprocess.Popen(
        ["dvc", "push"],
        cwd=ann.folder,
        env=ann.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while push.poll() is None and not any(path.stat().st_size for path in hub.dvc.rglob("*.tmp")):
        time.sleep(0.001)
    hub.stop()
    interrupted = push.communicate()[0]
    arrived = hub.objects() - before
    deeds = (("git", "push"), ("dvc", "push"), ("dvc", "pull"), ("dvc", "exp", "push", "origin", "strong-l2"))
    messages = {" ".join(deed): ann.run(*deed, fails=True) for deed in deeds}
    at_home = ann.run("dvc", "repro")
    hub.start()
    return SimpleNamespace(
        ann=ann,
        ben=resolved.ben,
        code=push.returncode,
        interrupted=interrupted,
        arrived=arrived,
        messages=messages,
        at_home=at_home,
    )


def test_a_push_that_is_cut_off_says_so_and_leaves_no_half_file(offline):
    assert offline.code != 0
    assert "ERROR: failed to push data to the cloud - 1 files failed to upload" in offline.interrupted
    assert "Traceback" not in offline.interrupted
    assert offline.arrived == set()


def test_every_command_that_needs_the_server_says_that_it_is_away(offline):
    for command, message in offline.messages.items():
        assert "Connection refused" in message or "Connect call failed" in message, command
        assert "Traceback" not in message


def test_work_goes_on_without_the_server(offline):
    assert NOTHING_TO_DO in offline.at_home


def test_a_commit_whose_data_was_not_pushed_is_explained_and_the_next_push_mends_it(offline):
    ann, ben = offline.ann, offline.ben
    ann.run("git", "push", "-q")
    ben.run("git", "pull", "-q")
    missing = ben.run("dvc", "pull", fails=True)
    assert "big.csv" in missing
    assert "Is your cache up to date?" in missing
    ann.run("dvc", "push")
    ben.run("dvc", "pull")
    assert (ben.folder / "data/raw/big.csv").read_bytes() == (ann.folder / "data/raw/big.csv").read_bytes()
