import json
import shutil
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks.pipeline import PROJECT
from benchmarks.speed import parts, process, report
from benchmarks.speed.floor import floor
from benchmarks.speed.picture import picture
from benchmarks.speed.rows import write_rows
from benchmarks.speed.task import Clock, Task, given
from benchmarks.speed.ways import profile
from benchmarks.speed.ways.by_length import by_length
from gapwise.encoding.presets import locate
from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples
from gapwise.texts.samples import read_samples


def test_the_floor_is_three_products_per_weight_and_trained_token_and_one_per_validated():
    weights = 4 * 384 * 384 + 2 * 384 * 1536
    attention = 2 * 2 * 384  # per pair of tokens: scores, and what they weigh
    train, validation = np.array([10, 20]), np.array([5])
    by_hand = 3 * (2 * weights * 30 + attention * 500) + 2 * weights * 5 + attention * 25
    assert floor(train, validation, layers=2) == 2 * by_hand
    assert floor(train, validation, layers=0) == 0


def test_rows_of_each_part_are_those_asked_for_and_all_differ(tmp_path):
    lengths = write_rows(tmp_path, train=60, validation=20, test=30)
    rows = Task(str(tmp_path), "encoder", freeze=4).rows()
    assert {name: len(ids) for name, (ids, _) in rows.items()} == {"train": 60, "validation": 20, "test": 30}
    assert all([len(one) for one in rows[name][0]] == lengths[name].tolist() for name in rows)
    texts = {tuple(one) for ids, _ in rows.values() for one in ids}
    assert len(texts) == 110
    assert {label for _, labels in rows.values() for label in labels} == {0, 1}


def test_rows_of_a_given_length_are_whole_texts_to_the_encoder(tmp_path):
    write_rows(tmp_path, train=3_000, validation=100, test=0, length=64)
    ids, labels = Task(str(tmp_path), "encoder", freeze=4).rows()["train"]
    assert {(len(one), int(one[0]), int(one[-1])) for one in ids} == {(64, 101, 102)}
    assert len(labels) == 3_000 > len(read_samples()["nyt-editorials"])


def test_a_task_is_read_by_the_process_it_was_written_for(tmp_path, monkeypatch):
    task = Task(str(tmp_path), "encoder", freeze=0, epochs=7)
    monkeypatch.setattr(sys, "argv", ["way.py", task.write()])
    read = given()
    assert (read.freeze, read.epochs) == (0, 7)
    assert read.began > 0
    assert task.write() != task.write()


def test_the_clock_tells_the_start_once_and_each_epoch(capsys, monkeypatch):
    monkeypatch.setattr("time.time", iter([103.0, 110.0]).__next__)
    monkeypatch.setattr("time.perf_counter", iter([0.0, 4.0, 5.0, 7.0]).__next__)
    clock = Clock(Task("folder", "encoder", freeze=0, began=100.0))
    for _ in range(2):
        clock.begin()
        clock.end()
    clock.report(accuracy=0.75)
    reported = json.loads(capsys.readouterr().out)
    assert reported.pop("memory") > 10
    assert reported == {"start": 3.0, "epochs": [4.0, 2.0], "total": 10.0, "accuracy": 0.75}


def test_of_a_run_the_best_epoch_but_the_first_counts_and_the_first_tells_the_tracing():
    measured = {"start": 1.0, "epochs": [9.0, 4.0, 3.0], "accuracy": 0.5, "memory": 1.0}
    best = process.best(measured)
    assert (best["epoch"], best["tracing"]) == (3.0, 6.0)


@pytest.mark.slow
def test_a_way_that_fails_ends_the_benchmark_with_its_message(tmp_path, monkeypatch):
    monkeypatch.setitem(process.WAYS, "keras", sys.executable)
    with pytest.raises(SystemExit, match=r"(?s)keras failed with exit code 1:.*rows\.npz"):
        process.run("keras", Task(str(tmp_path), "encoder", freeze=0))


def test_batches_by_length_hold_texts_of_like_length_and_every_text_once_in_a_new_order():
    lengths = np.random.default_rng(1).permutation(np.arange(1, 25))
    texts = Ragged.of([np.full(length, length, np.int32) for length in lengths])
    batches = by_length(Examples(texts, lengths, np.arange(24)), 4, seed=1)
    epochs = [[sorted(labels.numpy().tolist()) for _, labels in batches] for _ in range(2)]
    alike = [list(range(first, first + 4)) for first in range(1, 25, 4)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == alike
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize(
    ("operation", "kind", "group"),
    [
        ("learner/trained/feedforward/MatMul", "_MklNativeFusedMatMul", "matrix products"),
        ("learner/trained/MatMul_1", "_MklBatchMatMulV2", "attention"),
        ("learner/trained/dropout_2/Mul", "Mul", "dropout"),
        ("adam/ResourceApplyAdam_3", "ResourceApplyAdam", "Adam"),
        ("learner/trained/Erfc", "Erfc", "activation"),
        ("learner/trained/layer_norm/Mul", "Mul", "the rest"),
    ],
)
def test_an_operation_of_the_profile_belongs_to_one_group(operation, kind, group):
    assert profile.group(operation, kind) == group


@pytest.mark.slow
def test_the_groups_of_a_profile_are_no_more_than_the_epoch_and_products_are_most_of_it(tmp_path):
    write_rows(tmp_path, train=48, validation=16, test=0)
    task = Task(str(tmp_path), locate("all-minilm-l6-v2"), freeze=4, epochs=2)
    measured = process.run("profile", task, parts.ONE_THREAD)
    groups = measured["groups"]
    assert set(groups) == {"matrix products", "attention", "dropout", "activation", "Adam", "the rest"}
    assert max(groups, key=groups.get) == "matrix products"
    assert 0 < sum(groups.values()) < measured["epoch"]


def test_growth_measures_no_cell_again(tmp_path, monkeypatch):
    cells = pd.DataFrame(parts.GROWTH, columns=["rows", "repeats"]).assign(seconds=1.0, memory=2.0)
    cells.to_csv(tmp_path / "growth.csv", index=False)
    monkeypatch.setattr(parts, "run", lambda *arguments: pytest.fail(f"measured again: {arguments}"))
    parts.growth(tmp_path / "growth.csv", largest=200_000)


def test_the_picture_shows_every_way_and_every_size():
    compare = pd.DataFrame({"frozen": ["all", "none"], "way": ["keras", "gapwise"], "epoch": [2.0, 0.5]})
    growth = pd.DataFrame({"rows": [100, 10_000], "repeats": [5, 1], "seconds": [9.0, 300.0], "memory": [900, 2000]})
    drawn = json.dumps(picture(compare, growth).to_dict(), ensure_ascii=False)
    assert all(word in drawn for word in ("plain Keras", "Gapwise", "10,000 × 1", "100 × 5"))
    assert picture(compare, growth).to_dict()["hconcat"]


def test_the_committed_pages_are_what_the_tables_give(tmp_path):
    for table in report.RESULTS.glob("*.csv"):
        shutil.copy(table, tmp_path)
    (tmp_path / "docs").mkdir()
    report.write(tmp_path, tmp_path / "docs")
    for made, committed in (("speed.md", report.RESULTS / "speed.md"), ("docs/speed.md", PROJECT / "docs/speed.md")):
        assert (tmp_path / made).read_text(encoding="utf-8") == committed.read_text(encoding="utf-8")
