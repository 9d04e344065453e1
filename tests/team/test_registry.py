"""Ann registers a final network and promotes it, Ben fetches it by its stage and labels with it: docs/at-work.md."""

import pandas as pd
import pytest

from tests.team.test_remotes import first_run


@pytest.fixture(scope="module")
def promoted(hub, reference):
    ann = first_run(hub, reference)
    ann.run("gapwise", "final")
    ann.run("dvc", "add", "-q", "final")
    ann.commit("A final network")
    ann.run("gto", "register", "final", "--version", "v1.0.0")
    ann.run("gto", "assign", "final", "--version", "v1.0.0", "--stage", "prod")
    ann.run("git", "push", "-q", "-u", "origin", "main", "--tags")
    ann.run("dvc", "push")
    return ann


def test_the_registry_shows_the_version_and_its_stage(promoted):
    shown = promoted.run("gto", "show", "final", "--json")
    assert '"version": "v1.0.0"' in shown
    assert '"prod"' in shown


def test_a_colleague_fetches_the_promoted_network_by_its_stage_and_labels_with_it(promoted, hub):
    ben = hub.clone("ben")
    ben.run("dvc", "artifacts", "get", hub.url(hub.git), "final", "--stage", "prod", "-o", "promoted")
    assert (ben.folder / "promoted/README.md").is_file()
    texts = pd.DataFrame({"text": ["The market rose.", "Weak earnings again."]})
    for clone in (promoted, ben):
        texts.to_csv(clone.folder / "new.csv", index=False)
    theirs = ben.run("gapwise", "predict", "new.csv", "--model", "promoted")
    own = promoted.run("gapwise", "predict", "new.csv", "--model", "final")
    assert theirs == own
    assert len(theirs.splitlines()) == 3


def test_a_colleague_labels_with_a_run_that_is_on_the_remotes_alone(promoted, hub):
    carl = hub.clone("carl")
    pd.DataFrame({"text": ["The market rose."]}).to_csv(carl.folder / "new.csv", index=False)
    labelled = carl.run("gapwise", "predict", "new.csv", "--rev", "origin/main")
    assert len(labelled.splitlines()) == 2
    assert not (carl.folder / "models").exists()
    assert carl.run("git", "status", "-s", "-uno") == ""
