"""Reading revisions of a real project: what can be compared, and why the rest cannot."""

import re
import shutil

import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.commands.project import Project
from gapwise.commands.revisions import epochs, groups, load, read
from gapwise.commands.timings import seconds
from gapwise.runs.timings import record


@pytest.fixture
def project(drawn, monkeypatch):
    monkeypatch.chdir(drawn.folder)
    with Project() as opened:
        yield opened


@pytest.fixture
def changed(drawn, tmp_path, monkeypatch):
    """A copy of the project, to be changed."""
    copy = drawn.copy(tmp_path / "project")
    monkeypatch.chdir(copy.folder)
    return copy


def names(settings):
    return [one.run.name for one in settings]


def test_experiments_branches_and_commits_are_read_from_the_cache_whatever_lies_in_the_workspace(project, drawn):
    settings, notes = load(project, ["main", "skilled"])
    assert names(settings) == ["main", "skilled"]
    assert [one.run.params["finetune"]["skill"] for one in settings] == [0.75, 0.95]
    shares = [(one.predictions["predicted"] == one.predictions["label"]).mean() for one in settings]
    assert shares == pytest.approx([0.78, 0.95], abs=0.03)
    assert notes == []
    assert drawn.run("git", "status", "--porcelain") == ""


def test_where_all_others_are_of_other_data_another_baseline_is_named(project):
    with pytest.raises(UserError) as caught:
        load(project, ["main"], ["other-data"])
    assert caught.value.headline == (
        "Nothing can be compared with main. Where the others belong together, name one of them first: "
        "`gapwise compare other-data --all`."
    )
    assert caught.value.problems[0].startswith("other-data: other data than main ")


def test_a_file_that_git_knows_and_that_differs_is_a_change(changed):
    with Project() as opened:
        assert not opened.is_changed()
        (changed.folder / "new.txt").write_text("a file of its own")
        assert not opened.is_changed()
        with (changed.folder / "params.yaml").open("a") as stream:
            stream.write("# a change\n")
        assert opened.is_changed()


def test_a_revision_has_the_groups_of_its_test_texts_and_its_epochs(project):
    main = read(project, "main")
    assert len(groups(project, main)) == 200
    assert groups(project, main)["000000000000012c"] == "000000000000012"
    assert len(epochs(project, main)) == 3 * 3 * 2


def test_epochs_that_git_keeps_as_older_runs_did_are_found_too_and_none_are_no_mistake(changed):
    changed.run("git", "rm", "-q", "--cached", "metrics/plots/.gitignore")
    (changed.folder / "metrics/training").mkdir()
    shutil.move(changed.folder / "metrics/plots/epochs.csv", changed.folder / "metrics/training/epochs.csv")
    with (changed.folder / ".gitignore").open("a") as ignored:
        ignored.write("models\ndata\n")
    lock = changed.folder / "dvc.lock"
    lock.write_text(re.sub(r"    - path: metrics/plots(.*\n){4}", "", lock.read_text()))
    changed.commit()
    (changed.folder / "metrics/training/epochs.csv").unlink()
    changed.commit()
    with Project() as project:
        assert len(epochs(project, read(project, "main~1"))) == 18
        assert epochs(project, read(project, "main")) is None


def test_a_tag_a_short_hash_and_head_are_revisions(project, drawn):
    commit = drawn.run("git", "rev-parse", "HEAD").strip()
    assert {project.resolve(name) for name in ("main", "HEAD", commit[:8], commit)} == {commit}
    assert project.resolve("workspace") == "workspace"


def test_all_experiments_of_the_commit_are_found_the_oldest_first(project):
    assert project.experiments() == ["skilled", "alike", "more-repeats", "other-data", "other-rows"]
    assert project.here() == "main"


def test_settings_with_more_repeats_can_be_compared(project):
    settings, notes = load(project, ["main", "more-repeats"])
    assert [one.predictions["repeat"].nunique() for one in settings] == [3, 4]
    assert notes == []


def test_predictions_that_are_the_same_to_the_bit_are_noted(project):
    _, notes = load(project, ["main", "alike", "skilled"])
    assert notes == ["main and alike have the same predictions, to the bit."]


def test_all_that_cannot_be_compared_is_refused_at_once_with_the_params_that_differ(project):
    with pytest.raises(UserError) as caught:
        load(project, ["main", "other-data", "other-rows", "skiled", "nothing-like-it", "HEAD", "skilled", "skilled"])
    assert str(caught.value).splitlines() == [
        "These revisions cannot be compared:",
        "  - other-data: other data than main (data/dataset.parquet differs): prepare.source is other.csv, "
        "in main mine.csv",
        "  - other-rows: other test rows than main (data/test.parquet differs): split.seed is 2, in main 1",
        "  - skiled: no experiment, branch, tag or commit has this name; did you mean skilled?",
        "  - nothing-like-it: no experiment, branch, tag or commit has this name; `dvc exp list --all-commits` shows "
        "experiments",
        "  - HEAD: is the same revision as main; name one of them",
        "  - skilled: is given twice",
    ]


def test_of_all_experiments_those_that_cannot_be_compared_are_left_out_and_noted(project):
    settings, notes = load(project, ["main"], project.experiments())
    assert names(settings) == ["main", "skilled", "alike", "more-repeats"]
    assert [note for note in notes if note.startswith("Left out")] == [
        "Left out: other-data: other data than main (data/dataset.parquet differs): prepare.source is other.csv, "
        "in main mine.csv.",
        "Left out: other-rows: other test rows than main (data/test.parquet differs): split.seed is 2, in main 1.",
    ]


def test_of_all_experiments_the_baseline_under_another_name_is_left_out(changed):
    changed.experiment("again", "finetune.skill=0.75")
    with Project() as project:
        settings, notes = load(project, ["main"], ["again", "alike"])
        assert names(settings) == ["main", "alike"]
        assert "Left out: again: is main once more, with the same params and predictions." in notes
        assert names(load(project, ["main", "again"])[0]) == ["main", "again"]


@pytest.mark.slow
def test_other_rows_in_a_repeat_are_refused(changed):
    changed.experiment("fewer-rows", "split.train_size=30")
    with Project() as project, pytest.raises(UserError) as caught:
        load(project, ["main", "fewer-rows"])
    assert caught.value.problems == (
        "fewer-rows: other repeats than main (repeats 0, 1 and 2 were trained or validated on other rows): "
        "split.train_size is 30, in main 40",
    )


def test_one_revision_alone_is_nothing_to_compare(project):
    with pytest.raises(UserError, match=r"There is nothing to compare\. Name two revisions or more"):
        load(project, ["main"])


def test_params_that_were_changed_and_not_run_are_refused_in_the_workspace_and_in_a_commit(changed):
    params = changed.folder / "params.yaml"
    params.write_text(params.read_text().replace("l2: 0.01", "l2: 0.5"))
    with Project() as project, pytest.raises(UserError) as caught:
        load(project, ["main", "workspace"])
    assert caught.value.problems == (
        "workspace: its params were changed after the run (finetune.l2 from 0.01 to 0.5); run `dvc repro`",
    )
    changed.commit()
    with Project() as project, pytest.raises(UserError) as caught:
        load(project, ["HEAD~1", "main"])
    assert caught.value.problems == (
        "main: its params were changed after the run (finetune.l2 from 0.01 to 0.5); check it out, run `dvc repro` "
        "and commit",
    )


def test_changed_data_in_the_workspace_is_refused_and_changed_code_is_noted(changed):
    changed.run("dvc", "exp", "apply", "-q", "skilled")
    code = changed.folder / "stages/drawing/draw.py"
    code.write_text(code.read_text() + "# a comment\n")
    with Project() as project:
        settings, notes = load(project, ["main", "workspace"])
    assert names(settings) == ["main", "workspace"]
    assert notes == ["workspace is of code that was changed after the run (stages/drawing)."]
    data = changed.folder / "mine.csv"
    data.write_text(data.read_text() + "one more,good\n")
    with Project() as project, pytest.raises(UserError, match=r"its files were changed after the run \(mine.csv\)"):
        load(project, ["main", "workspace"])


@pytest.mark.slow
def test_settings_that_ran_with_other_code_are_compared_and_a_note_names_the_modules(changed):
    code = changed.folder / "stages/drawing/draw.py"
    code.write_text(code.read_text() + "# a comment\n")
    changed.experiment("recoded", "finetune.skill=0.9")
    with Project() as project:
        _, notes = load(project, ["main", "recoded"])
    assert notes == ["recoded ran with other code than main: stages/drawing."]


def test_a_revision_that_was_never_run_is_refused(changed):
    (changed.folder / "dvc.lock").unlink()
    changed.commit()
    (changed.folder / "params.yaml").unlink()
    changed.commit()
    with Project() as project, pytest.raises(UserError) as caught:
        load(project, ["main~2", "main~1", "main"])
    assert caught.value.problems == (
        "main~1: was not run: its dvc.lock knows no data/predictions.parquet; check it out, run `dvc repro` and commit",
        "main: has no params.yaml: there was no pipeline yet",
    )


def test_a_run_that_was_interrupted_is_refused(changed):
    changed.run("dvc", "exp", "apply", "-q", "skilled")
    params = changed.folder / "params.yaml"
    params.write_text(params.read_text().replace("train_size: 40", "train_size: 35"))
    changed.run("dvc", "repro", "-q", "split")
    with (
        Project() as project,
        pytest.raises(UserError, match=r"its run is not whole: what finetune ran on has changed"),
    ):
        load(project, ["main", "workspace"])


def test_predictions_that_are_not_here_come_from_the_remote_and_leave_no_trace(changed, tmp_path):
    changed.run("dvc", "remote", "add", "-d", "--local", "store", str(tmp_path / "store"))
    changed.run("dvc", "push", "-q", "--all-commits")
    changed.run("dvc", "exp", "apply", "-q", "skilled")
    changed.run("dvc", "push", "-q")
    changed.run("git", "checkout", "-q", ".")
    shutil.rmtree(changed.folder / ".dvc/cache")
    before = changed.run("git", "status", "--porcelain")
    with Project() as project:
        settings, _ = load(project, ["main", "skilled"])
        assert len(groups(project, settings[0])) == 200
    assert [len(one.predictions) for one in settings] == [780, 780]
    assert changed.run("git", "status", "--porcelain") == before
    assert not list((changed.folder / ".dvc").glob("cache/files/md5/*/*"))


def test_predictions_that_are_nowhere_are_refused_with_the_command_that_gets_them(changed):
    shutil.rmtree(changed.folder / ".dvc/cache")
    (changed.folder / "data/predictions.parquet").unlink()
    changed.run("git", "commit", "-qm", "Nothing new", "--allow-empty")
    with Project() as project, pytest.raises(UserError) as caught:
        load(project, ["HEAD~1", "skilled", "workspace"])
    here = "data/predictions.parquet is neither in the cache nor on a remote"
    assert caught.value.problems == (
        f"HEAD~1: {here}; run `dvc fetch --all-branches --all-tags`, after `dvc push` where it was run",
        f"skilled: {here}; run `dvc exp pull origin skilled`, after `dvc exp push origin skilled` where it was run",
        f"workspace: {here}; run `dvc repro`, or `dvc pull` after `dvc push` where it was run",
    )


@pytest.mark.parametrize("spoil", ["cut", "other columns"])
def test_predictions_that_are_damaged_or_of_another_version_are_a_message(changed, spoil):
    cached = changed.folder / ".dvc/cache/files/md5" / hash_in(changed.run("git", "show", "main:dvc.lock"))
    cached.chmod(0o644)
    if spoil == "cut":
        cached.write_bytes(cached.read_bytes()[:1000])
    else:
        pd.read_parquet(cached).drop(columns="label").to_parquet(cached)
    with Project() as project, pytest.raises(UserError, match=r"predictions.parquet is damaged, or another version"):
        read(project, "main")


def hash_in(lock):
    md5 = re.search(r"predictions.parquet\n *hash: md5\n *md5: (\w+)", lock)[1]
    return f"{md5[:2]}/{md5[2:]}"


def test_the_workspace_is_read_from_its_files_where_they_are_not_in_the_cache(changed):
    changed.run("dvc", "exp", "apply", "-q", "skilled")
    predictions = changed.folder / "data/predictions.parquet"
    shutil.copy(predictions, changed.folder / "kept")
    predictions.unlink()
    (changed.folder / ".dvc/cache/files/md5" / hash_in((changed.folder / "dvc.lock").read_text())).unlink()
    shutil.move(changed.folder / "kept", predictions)
    with Project() as project:
        assert len(read(project, "workspace").predictions) == 780


def test_a_folder_without_a_project_without_git_or_without_a_commit_is_a_message(drawn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"This folder is in no DVC project"):
        Project()
    bare = type(drawn)(tmp_path)
    bare.run("dvc", "init", "-q", "--no-scm")
    with pytest.raises(UserError, match=r"DVC cannot open the project: Only supported for Git repositories"):
        Project()
    shutil.rmtree(tmp_path / ".dvc")
    bare.run("git", "init", "-q")
    bare.run("dvc", "init", "-q")
    with pytest.raises(UserError, match=r"DVC cannot open the project: Empty git repo"):
        Project()


def test_a_training_that_was_timed_here_is_found_by_its_weights(changed, monkeypatch):
    monkeypatch.delenv("DVC_ROOT", raising=False)
    record(12.34, 3)
    with Project() as project:
        assert seconds(project, read(project, "main").run) == 12.3
        assert seconds(project, read(project, "skilled").run) is None
        next((changed.folder / ".gapwise/timings").iterdir()).write_text("spoilt")
        assert seconds(project, read(project, "main").run) is None


def test_tables_of_other_bytes_and_the_same_rows_are_the_same_data(changed):
    for name in ("dataset", "test"):
        path = changed.folder / f"data/{name}.parquet"
        rows = pd.read_parquet(path)
        path.unlink()
        rows.to_parquet(path, index=False, compression="gzip")  # as another version of pyarrow may write it
    changed.run("dvc", "commit", "-f", "-q")
    changed.commit()
    with Project() as project:
        settings, _ = load(project, ["main", "skilled"])
        assert names(settings) == ["main", "skilled"]


@pytest.mark.slow
def test_in_a_folder_of_a_larger_repository_predictions_come_from_the_remote(drawn, tmp_path, monkeypatch):
    inside = drawn.copy(tmp_path / "mono/ml/gapwise")
    shutil.rmtree(inside.folder / ".git")
    top = type(drawn)(tmp_path / "mono")
    top.run("git", "init", "-q", "-b", "main")
    inside.run("dvc", "remote", "add", "-q", "-d", "store", str(tmp_path / "store"))
    top.commit()
    inside.run("dvc", "exp", "run", "-q", "-n", "better", "-S", "finetune.skill=0.97")
    inside.run("dvc", "push", "-q")
    inside.run("git", "checkout", "-q", ".")
    inside.run("dvc", "checkout", "-q")
    inside.run("dvc", "push", "-q")
    shutil.rmtree(inside.folder / ".dvc/cache")
    monkeypatch.chdir(inside.folder)
    with Project() as project:
        assert len(read(project, "main").predictions)
        assert len(read(project, "better").predictions)


def test_a_name_that_a_shallow_clone_cannot_know_is_explained(drawn, tmp_path, monkeypatch):
    drawn.run("git", "clone", "-q", "--depth", "1", f"file://{drawn.folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    with Project() as project, pytest.raises(UserError, match="this clone is shallow, `git fetch --unshallow` brings"):
        project.resolve("HEAD~1")


def test_a_branch_of_two_remotes_is_asked_for_by_remote(drawn, tmp_path, monkeypatch):
    one, clone = (tmp_path / name for name in ("one", "clone"))
    drawn.run("git", "clone", "-q", str(drawn.folder), str(one))
    for command in (["git", "checkout", "-qb", "dev"], ["git", "commit", "-q", "--allow-empty", "-m", "Other"]):
        type(drawn)(one).run(*command)
    drawn.run("git", "clone", "-q", str(one), str(clone))
    mine = type(drawn)(clone)
    mine.run("git", "checkout", "-q", "--detach")
    mine.run("git", "branch", "-q", "-D", "dev")
    mine.run("git", "remote", "add", "upstream", str(one))
    mine.run("git", "fetch", "-q", "upstream")
    mine.run("git", "update-ref", "refs/remotes/upstream/dev", "HEAD~1")
    monkeypatch.chdir(clone)
    with Project() as project, pytest.raises(UserError, match="several remotes; say origin/dev or upstream/dev"):
        project.resolve("dev")
