import pytest

from gapwise.runs.progress import EpochLine, Progress

LOGS = {"log_loss": 0.5, "val_log_loss": 0.25, "accuracy": 0.75, "val_accuracy": 0.875}


def clocked(monkeypatch, times):
    monkeypatch.setattr("time.monotonic", lambda: next(times))


def test_a_line_tells_repeat_epoch_scores_and_time_left(monkeypatch, capsys):
    clocked(monkeypatch, iter([0.0, 30.0, 30.0, 34.0, 34.0, 38.0]))
    line = EpochLine(Progress(repeats=2, epochs=3), repeat=0)
    for epoch in range(3):
        line.on_epoch_begin(epoch)
        line.on_epoch_end(epoch, LOGS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "repeat 1 of 2, epoch  1 of 3:  log loss 0.500 on train, 0.250 on validation;  accuracy 0.750, 0.875;  "
        "at most 3 min left"
    )
    # Of 30, 4 and 4 seconds the usual is 4; three epochs are left.
    assert lines[2].endswith("at most 12 s left")


def test_without_validation_rows_the_figures_of_train_stand_alone(monkeypatch, capsys):
    clocked(monkeypatch, iter([0.0, 30.0]))
    line = EpochLine(Progress(repeats=1, epochs=1), repeat=0)
    line.on_epoch_begin(0)
    line.on_epoch_end(0, {name: value for name, value in LOGS.items() if not name.startswith("val_")})
    assert capsys.readouterr().out == (
        "repeat 1 of 1, epoch  1 of 1:  log loss 0.500 on train;  accuracy 0.750;  at most 0 s left\n"
    )


@pytest.mark.parametrize(
    ("repeats", "at_once", "repeat", "epoch", "seconds", "expected"),
    [
        (2, 1, 1, 2, [5.0], "at most 0 s left"),
        (2, 1, 1, 1, [5.2], "at most 6 s left"),
        (2, 1, 0, 2, [33.0], "at most 99 s left"),
        (2, 1, 0, 2, [33.1], "at most 2 min left"),
        (5, 2, 0, 2, [5.0], "at most 30 s left"),  # 1 and 3, or 2 and 4, are still to come in one process
        (5, 2, 3, 0, [5.0], "at most 25 s left"),
        (5, 2, 4, 0, [5.0], "at most 10 s left"),
    ],
)
def test_time_left_counts_the_epochs_that_may_come(repeats, at_once, repeat, epoch, seconds, expected):
    progress = Progress(repeats=repeats, epochs=3)
    progress.seconds, progress.at_once = seconds, at_once
    assert progress.time_left(repeat, epoch) == expected
