import pytest

from stages.watching import Progress, Watch

LOGS = {"log_loss": 0.5, "val_log_loss": 0.25, "accuracy": 0.75, "val_accuracy": 0.875}


def clocked(monkeypatch, times):
    monkeypatch.setattr("time.monotonic", lambda: next(times))


def test_a_line_tells_repeat_epoch_scores_and_time_left(monkeypatch, capsys):
    clocked(monkeypatch, iter([0.0, 30.0, 30.0, 34.0, 34.0, 38.0]))
    progress = Progress(Watch(repeats=2, epochs=3), repeat=0)
    for epoch in range(3):
        progress.on_epoch_begin(epoch)
        progress.on_epoch_end(epoch, LOGS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "repeat 1 of 2, epoch  1 of 3:  log loss 0.500 on train, 0.250 on validation;  accuracy 0.750, 0.875;  "
        "at most 3 min left"
    )
    # Of 30, 4 and 4 seconds the usual is 4; three epochs are left.
    assert lines[2].endswith("at most 12 s left")


@pytest.mark.parametrize(
    ("repeat", "epoch", "seconds", "expected"),
    [
        (1, 2, [5.0], "at most 0 s left"),
        (1, 1, [5.2], "at most 6 s left"),
        (0, 2, [33.0], "at most 99 s left"),
        (0, 2, [33.1], "at most 2 min left"),
    ],
)
def test_time_left_counts_the_epochs_that_may_come(repeat, epoch, seconds, expected):
    watch = Watch(repeats=2, epochs=3)
    watch.seconds = seconds
    assert watch.left(repeat, epoch) == expected
