from collections import Counter
from itertools import chain, combinations

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gapwise.splitting import stratification
from gapwise.splitting.stratification import draw_groups, stratified_order

PROPERTY = settings(max_examples=50, deadline=None, derandomize=True, database=None)
FRACTIONS = st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.9])


def rows_of(pairs):
    return pd.DataFrame(pairs, columns=["label", "group"]).astype(str)


@st.composite
def tables(draw, groups=12, own=4):
    """Rows of random classes in random groups, after `own` rows of each class in groups of their own."""
    classes = "abc"[: draw(st.integers(1, 3))]
    certain = [(label, f"{label}{number}") for label in classes for number in range(own)]
    mixed = st.tuples(st.sampled_from(classes), st.integers(0, groups).map(str))
    return rows_of(certain + draw(st.lists(mixed, max_size=40)))


def contents(rows):
    """Count of each class in each group."""
    inside = {}
    for label, group in rows.itertuples(index=False):
        inside.setdefault(group, Counter())[label] += 1
    return inside


def goal_of(inside, fraction):
    """Rows of each class by largest remainders, one at least."""
    total = sum(inside.values(), Counter())
    exact = {label: fraction * total[label] for label in sorted(total)}
    goal = {label: max(int(rows), 1) for label, rows in exact.items()}
    short = max(0, round(fraction * total.total()) - sum(goal.values()))
    for label in sorted(exact, key=lambda label: goal[label] - exact[label])[:short]:
        goal[label] += 1
    return goal


def imbalance(inside, drawn, goal):
    got = sum((inside[group] for group in drawn), Counter())
    return sum(abs(goal[label] - got[label]) for label in goal) + abs(sum(goal.values()) - got.total())


def fits(inside, drawn, spare):
    """Whether every class has a drawn group and `spare` groups that are not."""
    taken = Counter(label for group in drawn for label in inside[group])
    left = Counter(label for group in inside.keys() - drawn for label in inside[group])
    classes = taken.keys() | left.keys()
    return all(taken[label] >= 1 and left[label] >= spare for label in classes)


@pytest.mark.parametrize(
    ("sizes", "fraction", "expected"),
    [
        ({"no": 60, "yes": 40}, 0.3, {"no": 18, "yes": 12}),
        ({"no": 97, "yes": 3}, 0.1, {"no": 9, "yes": 1}),
        ({"no": 3, "yes": 3}, 0.1, {"no": 1, "yes": 1}),
        ({"no": 3, "yes": 3}, 0.9, {"no": 2, "yes": 2}),
        ({"1": 20, "2": 30, "3": 50, "4": 100, "5": 200}, 0.25, {"1": 5, "2": 8, "3": 12, "4": 25, "5": 50}),
    ],
)
def test_rows_without_groups_are_drawn_in_the_shares_of_their_classes(sizes, fraction, expected):
    rows = rows_of([(label, f"{label}{n}") for label, size in sizes.items() for n in range(size)])
    for seed in range(5):
        drawn = draw_groups(rows, fraction, spare=1, seed=seed)
        assert rows[rows["group"].isin(drawn)]["label"].value_counts().to_dict() == expected


@PROPERTY
@given(tables(), FRACTIONS, st.integers(1, 2), st.integers(0, 9))
def test_no_group_moved_in_or_out_brings_a_search_nearer_to_its_goal(rows, fraction, spare, seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stratification, "RESTARTS", 0)
        drawn, inside = set(draw_groups(rows, fraction, spare, seed)), contents(rows)
    assert fits(inside, drawn, spare)
    goal = goal_of(inside, fraction)
    moved = [drawn ^ {group} for group in inside]
    reached = imbalance(inside, drawn, goal)
    assert min(imbalance(inside, other, goal) for other in moved if fits(inside, other, spare)) >= reached


def test_of_several_searches_the_best_is_kept(monkeypatch):
    rows = rows_of([(label, n) for n in range(9) for label in "a" * (2 + n) + "b" * (10 - n)])
    inside = contents(rows)
    reached = []
    for restarts in range(10):
        monkeypatch.setattr(stratification, "RESTARTS", restarts)
        reached.append(imbalance(inside, draw_groups(rows, 0.3, spare=1, seed=1), goal_of(inside, 0.3)))
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] < reached[0]


@PROPERTY
@given(tables(groups=6, own=0), FRACTIONS, st.integers(1, 2), st.integers(0, 9))
def test_a_draw_fails_only_where_no_set_of_groups_would_do(rows, fraction, spare, seed):
    assume(rows.groupby("label")["group"].nunique().min() > spare)
    inside = contents(rows)
    every = chain.from_iterable(combinations(inside, size) for size in range(len(inside) + 1))
    possible = any(fits(inside, set(candidate), spare) for candidate in every)
    assert (draw_groups(rows, fraction, spare, seed) is not None) == possible


def test_no_draw_is_found_where_every_one_leaves_a_part_without_a_class():
    assert (
        draw_groups(
            rows_of([("a", "1"), ("b", "1"), ("a", "2"), ("c", "2"), ("b", "3"), ("c", "3")]), 0.5, spare=1, seed=1
        )
        is None
    )


def test_one_group_too_large_for_the_part_is_left_out_of_it():
    rows = rows_of(
        [(label, "giant") for label in "ab" * 20] + [(label, f"{label}{n}") for label in "ab" for n in range(30)]
    )
    for seed in range(20):
        drawn = draw_groups(rows, 0.3, spare=1, seed=seed)
        assert "giant" not in drawn
        assert len(drawn) == 30


def test_every_group_has_about_the_same_chance_to_be_drawn():
    rows = rows_of([(label, f"{label}{n}") for label in "ab" for n in range(10)])
    drawn = pd.Series(chain.from_iterable(draw_groups(rows, 0.3, spare=1, seed=seed) for seed in range(100)))
    counts = drawn.value_counts()
    assert counts.sum() == 100 * 6
    assert counts.between(14, 46).all(), counts.to_dict()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (2, {"no": 1, "yes": 1}),
        (5, {"no": 4, "yes": 1}),
        (10, {"no": 9, "yes": 1}),
        (12, {"no": 11, "yes": 1}),
        (50, {"no": 45, "yes": 5}),
        (100, {"no": 90, "yes": 10}),
    ],
)
def test_a_beginning_of_the_order_holds_the_shares_of_the_classes(size, expected):
    labels = pd.Series(["no"] * 90 + ["yes"] * 10)
    assert labels[stratified_order(labels, seed=1)[:size]].value_counts().to_dict() == expected


@PROPERTY
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=80), st.integers(0, 9))
def test_every_beginning_is_as_near_to_the_shares_as_one_row_per_class_allows(labels, seed):
    labels = pd.Series(labels)
    order = stratified_order(labels, seed)
    assert sorted(order) == sorted(labels.index)
    shares, classes = labels.value_counts(normalize=True).sort_index(), labels.nunique()
    for size in range(classes, len(labels) + 1):
        counts = labels[order[:size]].value_counts().sort_index()
        assert set(counts.index) == set(shares.index)
        # A class is within a row of a common multiple of the shares; so all are, together, within a row for each class.
        assert ((counts - shares * size).abs() <= 1 + shares * classes).all()


def test_the_seed_decides_the_order():
    labels = pd.Series(["a", "b"] * 50)
    assert stratified_order(labels, 1).equals(stratified_order(labels, 1))
    assert not stratified_order(labels, 1).equals(stratified_order(labels, 2))
