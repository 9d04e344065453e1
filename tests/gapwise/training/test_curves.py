import pandas as pd
import pytest

from gapwise.training.curves import by_epoch


@pytest.fixture
def histories():
    columns = {"train_log_loss": [0.7, 0.4], "train_accuracy": [0.5, 0.9], "validation_log_loss": [0.6, 0.5]}
    two = pd.DataFrame({"epoch": [1, 2], **columns, "validation_accuracy": [0.5, 0.8]})
    return [two, two[:1]]


def test_epochs_have_the_losses_of_every_repeat_and_mark_the_kept_one(histories):
    assert by_epoch(histories, [1, 1]).to_dict("split", index=False) == {
        "columns": ["repeat", "epoch", "part", "log_loss", "kept"],
        "data": [
            [0, 1, "train", 0.7, 1],
            [0, 2, "train", 0.4, 0],
            [0, 1, "validation", 0.6, 1],
            [0, 2, "validation", 0.5, 0],
            [1, 1, "train", 0.7, 1],
            [1, 1, "validation", 0.6, 1],
        ],
    }
