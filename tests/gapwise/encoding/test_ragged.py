import numpy as np

from gapwise.encoding.ragged import Ragged


def sequences(*lengths):
    return Ragged.of([np.full((length, 2), number + 1.0, np.float32) for number, length in enumerate(lengths)])


def test_sequences_come_back_padded_to_the_longest_of_the_batch():
    values, mask = sequences(1, 4, 2).padded(np.array([2, 0]))
    assert values.tolist() == [[[3, 3], [3, 3]], [[1, 1], [0, 0]]]
    assert mask.tolist() == [[1, 1], [1, 0]]


def test_packed_sequences_follow_one_another_with_the_mask_of_padded_ones():
    ragged = sequences(1, 4, 2)
    values, mask = ragged.packed(np.array([2, 0]))
    assert values.tolist() == [[3, 3], [3, 3], [1, 1]]
    assert np.array_equal(mask, ragged.padded(np.array([2, 0]))[1])


def test_batches_hold_every_row_once_longest_first_and_no_more_values_than_asked():
    ragged = sequences(3, 9, 1, 4, 4, 2)
    batches = [rows.tolist() for rows in ragged.batches(size=9)]
    assert batches == [[1], [3, 4], [0, 5, 2]]


def test_a_sequence_longer_than_the_batch_is_a_batch_of_its_own():
    assert [rows.tolist() for rows in sequences(5, 7).batches(size=2)] == [[1], [0]]


def test_a_sequence_that_is_alone_is_a_batch_of_its_own():
    alone = np.array([False, True, False, False, True])
    batches = [rows.tolist() for rows in sequences(3, 9, 1, 4, 2).batches(9, alone)]
    assert batches == [[1], [4], [3, 0], [2]]


def test_lengths_are_those_given():
    assert sequences(3, 1, 2).lengths.tolist() == [3, 1, 2]
