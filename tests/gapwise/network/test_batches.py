import numpy as np
import pytest

from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples, in_order, shuffled, unlabelled

LENGTHS = [3, 1, 4, 2, 2]
FEATURES = Ragged.of([np.full((length, 2), number, np.float32) for number, length in enumerate(LENGTHS)])
LABELS = np.array([0, 1, 0, 1, 1])


def texts(dataset):
    """The text numbers of each batch, after a check that every batch is packed as its mask says."""
    found = []
    for (mask, packed), labels in dataset.as_numpy_iterator():
        ends = np.cumsum(mask.sum(axis=1))[:-1]
        rows = [int(part[0, 0]) for part in np.split(packed, ends)]
        assert packed.tolist() == [[row, row] for row in rows for _ in range(LENGTHS[row])]
        assert mask.shape[1] == max(LENGTHS[row] for row in rows)
        assert labels.tolist() == LABELS[rows].tolist()
        found.append(rows)
    return found


def test_every_epoch_has_every_row_once_in_an_order_of_its_own():
    dataset = shuffled(Examples(FEATURES, LABELS, np.array([0, 2, 3, 4])), 3, seed=1)
    epochs = [texts(dataset) for _ in range(4)]
    assert [[len(batch) for batch in epoch] for epoch in epochs] == [[3, 1]] * 4
    assert all(sorted(row for batch in epoch for row in batch) == [0, 2, 3, 4] for epoch in epochs)
    assert len({str(epoch) for epoch in epochs}) > 1


def test_the_order_is_that_of_the_seed():
    orders = [texts(shuffled(Examples(FEATURES, LABELS, np.arange(5)), 2, seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_rows_to_validate_on_come_by_length():
    assert texts(in_order(Examples(FEATURES, LABELS, np.arange(5)))) == [[1, 3, 4, 0, 2]]


def test_rows_to_predict_come_as_asked():
    (((mask, packed),),) = unlabelled(FEATURES, np.array([2, 1])).as_numpy_iterator()
    assert packed[:, 0].tolist() == [2, 2, 2, 2, 1]
    assert mask.tolist() == [[1, 1, 1, 1], [1, 0, 0, 0]]


def test_features_on_disk_give_the_same_batches(tmp_path):
    values = np.memmap(tmp_path / "values", np.float32, "w+", shape=FEATURES.values.shape)
    values[:] = FEATURES.values
    on_disk = Examples(Ragged(values, FEATURES.splits), LABELS, np.arange(5))
    assert texts(shuffled(on_disk, 2, 1)) == texts(shuffled(Examples(FEATURES, LABELS, np.arange(5)), 2, 1))


@pytest.mark.parametrize("values", [np.array([5, 6, 7], np.int32), np.ones((3, 4), np.float32)])
def test_shapes_and_types_are_known_before_the_first_batch(values):
    features = Ragged(values, np.array([0, 1, 3]))
    (mask, packed), labels = shuffled(Examples(features, np.array([0, 1]), np.arange(2)), 2, 0).element_spec
    assert (mask.shape.as_list(), packed.shape.as_list()) == ([None, None], [None, *values.shape[1:]])
    assert (packed.dtype, labels.dtype) == (values.dtype, np.int64)
