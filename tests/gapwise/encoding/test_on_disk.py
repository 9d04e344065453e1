import os
import pickle

import numpy as np
import pytest

from gapwise.base.workers import spread
from gapwise.encoding.on_disk import OnDisk


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert not list(tmp_path.iterdir())


def test_an_array_is_zero_until_it_is_written_and_what_is_cut_out_of_it_is_an_array_too():
    array = OnDisk((3, 2))
    assert array.tolist() == [[0, 0]] * 3
    array[1] = [1, 2]
    assert pickle.loads(pickle.dumps(array[1:])).tolist() == [[1, 2], [0, 0]]
    assert (array * 2).sum() == 6


class Writer:
    """Writes into an array that came from another process."""

    def __init__(self, array):
        self.array = array

    def prepare(self):
        return self.write

    def write(self, row):
        self.array[row] = row
        return self.array.sum(axis=1).tolist()


def test_another_process_has_the_same_array_and_no_copy():
    array = OnDisk((2, 3))
    array[0] = 7
    assert spread(Writer(array).prepare, [1], processes=1) == [[21, 3]]
    assert array.tolist() == [[7] * 3, [1] * 3]


def test_its_file_is_closed_with_it():
    array = OnDisk((2, 3))
    descriptor = array.descriptor
    assert os.fstat(descriptor).st_size == 24
    del array
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_where_room_cannot_be_reserved_the_file_is_as_long_all_the_same(monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate")
    array = OnDisk((2, 3))
    array[:] = np.arange(6).reshape(2, 3)
    assert array.sum() == 15
