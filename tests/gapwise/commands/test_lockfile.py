from pathlib import Path

from ruamel.yaml import YAML

from gapwise.commands.lockfile import code, interrupted, not_run, read_lock
from gapwise.comparing.verdicts import flatten

LOCK = """schema: '2.0'
stages:
  split:
    cmd: python -m stages.split
    deps:
    - path: gapwise/splitting
      hash: md5
      md5: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      size: 1
    - path: data/dataset.parquet
      hash: md5
      md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      size: 1
    params:
      params.yaml:
        split:
          seed: 1
          train_size:
    outs:
    - path: data/repeats.parquet
      hash: md5
      md5: cccccccccccccccccccccccccccccccc
      size: 1
  finetune@0:
    cmd: |-
      python -m stages.finetune
      stages/other.py
    deps:
    - path: data/repeats.parquet
      hash: md5
      md5: cccccccccccccccccccccccccccccccc
      size: 1
    params:
      params.yaml:
        finetune:
          learning_rate: 5e-05
          early_stopping:
            patience: 2
        split.seed: 1
    outs:
    - path: models
      hash: md5
      md5: dddddddddddddddddddddddddddddddd.dir
      size: 1
      nfiles: 6
  evaluate:
    cmd: python -m stages.evaluate
    params:
      params.yaml:
        evaluate:
          confidence: 0.95
"""
PARAMS = {
    "split": {"seed": 1, "train_size": None},
    "finetune": {"learning_rate": 5e-5, "early_stopping": {"patience": 2}},
    "evaluate": {"confidence": 0.95},
}


def test_a_lock_is_read_with_params_deps_and_outs():
    lock = read_lock(LOCK)
    assert lock.params["finetune@0"] == {
        "finetune": {"learning_rate": 5e-5, "early_stopping": {"patience": 2}},
        "split.seed": 1,
    }
    assert lock.deps == {
        "split": {"gapwise/splitting": "aa" * 16, "data/dataset.parquet": "bb" * 16},
        "finetune@0": {"data/repeats.parquet": "cc" * 16},
        "evaluate": {},
    }
    assert lock.outs == {"data/repeats.parquet": "cc" * 16, "models": "dd" * 16 + ".dir"}
    assert code(lock) == {"gapwise/splitting": "aa" * 16}


def test_the_lock_of_the_project_reads_stage_by_stage_as_it_reads_whole():
    text = Path("dvc.lock").read_text(encoding="utf-8")
    whole, lock = YAML(typ="safe").load(text)["stages"], read_lock(text)
    assert list(lock.params) == list(whole)
    assert lock.outs == {out["path"]: out["md5"] for stage in whole.values() for out in stage["outs"]}
    assert lock.params["finetune"] == whole["finetune"]["params"]["params.yaml"]


def test_a_hash_that_is_none_could_name_any_file_and_is_left_out():
    assert "models" not in read_lock(LOCK.replace("dd" * 16, "../../../../etc/passwd")).outs


def test_no_lock_is_an_empty_one():
    assert read_lock("").outs == {}


def test_params_as_they_were_run_are_nothing_to_say():
    assert not_run(read_lock(LOCK), PARAMS) == []


def test_changed_lost_and_new_params_are_named_with_both_values():
    params = {
        "split": {"seed": 2, "train_size": 40},
        "finetune": {"learning_rate": 5e-5, "dropout": 0.1, "early_stopping": {}},
        "evaluate": {"confidence": 0.95},
    }
    assert not_run(read_lock(LOCK), params) == [
        "finetune.dropout from absent to 0.1",
        "finetune.early_stopping.patience from 2 to absent",
        "split.seed from 1 to 2",
        "split.train_size from null to 40",
    ]


def test_params_of_evaluate_change_no_prediction():
    assert not_run(read_lock(LOCK), PARAMS | {"evaluate": {"confidence": 0.9, "new": 1}}) == []


def test_a_stage_that_ran_on_what_was_written_anew_is_found():
    assert interrupted(read_lock(LOCK)) == []
    assert interrupted(read_lock(LOCK.replace("md5: cc", "md5: ee", 1))) == ["finetune@0"]


def test_nested_values_have_dotted_keys():
    assert flatten({"a": {"b": {"c": 1}, "d": [2]}, "e": None}) == {"a.b.c": 1, "a.d": [2], "e": None}
