import numpy as np
import pandas as pd

from gapwise.inspecting.neighbours import Labelled, against, alike, labelled, nearest

POOL = np.array([[1.0, 0.0], [1.0, 0.1], [1.0, 0.3], [0.0, 1.0]])


def rows(*labels):
    return [Labelled(f"{number:016x}", number + 1, f"text {number}", label) for number, label in enumerate(labels)]


def test_the_nearest_come_first_and_a_text_is_not_its_own_neighbour():
    places, similarities = nearest(POOL[:1], POOL, np.array([0]))
    assert places.tolist()[0] == [1, 2, 3, -1]
    np.testing.assert_allclose(similarities[0][:3], [1 / 1.01**0.5, 1 / 1.09**0.5, 0.0])


def test_a_text_outside_of_the_pool_has_all_of_it_as_neighbours():
    places, _ = nearest(np.array([[0.0, 2.0]]), POOL, np.array([-1]))
    assert places.tolist() == [[3, 2, 1, 0]]


def test_of_many_texts_five_are_asked():
    pool = np.random.default_rng(0).normal(size=(30, 4))
    places, similarities = nearest(pool, pool, np.arange(30))
    assert places.shape == similarities.shape == (30, 5)
    assert not (places == np.arange(30)[:, None]).any()
    assert (places >= 0).all()


def test_the_only_text_has_no_neighbour_and_no_text_has_none():
    assert nearest(POOL[:1], POOL[:1], np.array([0]))[0].tolist() == [[-1]]
    assert len(nearest(POOL[:0], POOL, np.array([], np.int64))[0]) == 0


def test_neighbours_with_the_same_label_do_not_disagree():
    found = against(rows("a", "b", "a", "c"), "a", np.array([1, 2, 3, -1]), np.array([0.9, 0.8, 0.7, 0.0]))
    assert [(one.row, one.label, one.similarity) for one in found] == [(2, "b", 0.9), (4, "c", 0.7)]


def test_near_equal_texts_are_told_only_where_their_labels_differ():
    texts = pd.DataFrame(
        {
            "text_id": ["1", "2", "3", "4"],
            "row": [1, 2, 3, 4],
            "text": [
                "The market rose sharply today",
                "the market rose sharply today!",
                "The market rose sharply",
                "Bad",
            ],
            "label": ["up", "down", "up", "down"],
        }
    )
    found = alike(labelled(texts))
    assert {key: [(one.row, one.label) for one in others] for key, others in found.items()} == {
        "1": [(2, "down")],
        "2": [(1, "up")],
    }
    assert 0.95 < found["1"][0].similarity < 1
