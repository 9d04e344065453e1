import numpy as np

from gapwise.inspecting.crossfit import cross_fit, fit_and_predict


def clouds(rows=120, classes=2, seed=0):
    """Vectors around one centre per class, each row a group of its own."""
    rng = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    centres = 3 * np.eye(classes, 6)
    return centres[labels] + rng.normal(size=(rows, 6)), labels, np.arange(rows)


def test_a_wrong_label_is_doubted_by_probes_that_never_saw_it():
    vectors, labels, groups = clouds()
    wrong = labels.copy()
    wrong[[3, 50, 77]] = 1 - wrong[[3, 50, 77]]
    found = cross_fit(vectors, wrong, groups, 2, seed=1)
    assert set(np.argsort(found.probabilities[np.arange(120), wrong])[:3]) == {3, 50, 77}
    assert not found.trusted[[3, 50, 77]].any()
    assert found.trusted.mean() > 0.9


def test_probabilities_sum_to_one_and_follow_from_the_seed_alone():
    vectors, labels, groups = clouds(classes=3)
    found = cross_fit(vectors, labels, groups, 3, seed=1)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    assert np.array_equal(found.probabilities, cross_fit(vectors, labels, groups, 3, seed=1).probabilities)
    assert not np.array_equal(found.probabilities, cross_fit(vectors, labels, groups, 3, seed=2).probabilities)


def test_a_row_and_its_twins_have_no_say_in_their_own_case():
    """Labels without a pattern, in so many dimensions that a probe learns any of them by heart."""
    rng = np.random.default_rng(0)
    labels, groups = np.tile(rng.integers(0, 2, 60), 2), np.tile(np.arange(60), 2)
    vectors = np.tile(rng.normal(size=(60, 200)), (2, 1))
    kept_whole, apart = (
        (cross_fit(vectors, labels, of_row, 2, seed=1).probabilities.argmax(axis=1) == labels).mean()
        for of_row in (groups, np.arange(120))
    )
    assert kept_whole < 0.7
    assert apart > 0.9


def test_a_class_that_occurs_in_one_group_alone_cannot_be_judged():
    vectors, labels, groups = clouds(60, classes=3)
    groups = np.where(labels == 2, 1000, groups)
    found = cross_fit(vectors, labels, groups, 3, seed=1).probabilities
    assert np.isnan(found[labels == 2]).all()
    assert not np.isnan(found[labels != 2]).any()


def test_one_class_alone_is_judged_by_nothing():
    vectors, labels, groups = clouds(20)
    assert np.isnan(cross_fit(vectors, np.zeros_like(labels), groups, 2, seed=1).probabilities).all()
    assert np.isnan(fit_and_predict(vectors, np.zeros_like(labels), vectors, 2, 0.1)).all()


def test_very_few_rows_are_enough():
    vectors, labels, groups = clouds(6)
    assert cross_fit(vectors, labels, groups, 2, seed=1).probabilities.shape == (6, 2)
