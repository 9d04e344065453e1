"""The label report: rows whose label the others doubt, near-equal texts with other labels, and hard rows told apart.

The labels of test rows are looked at last and change nothing else: no probe and no temperature sees them, and no
development row is held against them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwise.inspecting import neighbours
from gapwise.inspecting.crossfit import cross_fit, fit_and_predict
from gapwise.inspecting.doubts import Floats, Integers, doubt, doubted, hard
from gapwise.inspecting.figures import Conflict, LabelReport, Neighbour, Row, Status
from gapwise.inspecting.opinions import Opinions, Temperatures, of_networks
from gapwise.statistics.arrays import classes

ORDER: tuple[Status, ...] = ("doubted", "alike", "hard")


@dataclass(frozen=True)
class Labelled:
    """What a run knows.

    Attributes:
        development: `tables.Texts`.
        test: `tables.Texts`.
        predictions: `tables.Predictions` of both.
        vectors: Of the encoder, one row of numbers for each text, indexed by `text_id`.
        conflicts: Texts with several labels.
        seed: `split.seed`.
    """

    development: pd.DataFrame
    test: pd.DataFrame
    predictions: pd.DataFrame
    vectors: pd.DataFrame
    conflicts: Sequence[Conflict]
    seed: int

    @property
    def classes(self) -> list[str]:
        """Names of the classes, sorted."""
        return classes(self.predictions)

    def labels(self, texts: pd.DataFrame) -> Integers:
        """Gives the class number of each text."""
        return pd.Categorical(texts["label"], categories=self.classes).codes.astype(np.int64)

    def vectors_of(self, texts: pd.DataFrame) -> Floats:
        """Gives the vector of each text."""
        return self.vectors.loc[texts["text_id"]].to_numpy(float)


@dataclass(frozen=True)
class Judged:
    """Rows and what the others think of them.

    Attributes:
        texts: `tables.Texts` of those that were judged.
        labels: Class numbers, shape (rows,).
        probabilities: Shape (rows, classes).
        networks: How many networks judged each row, shape (rows,).
        alike: Near-equal texts with other labels, by `text_id`.
    """

    texts: pd.DataFrame
    labels: Integers
    probabilities: Floats
    networks: Integers
    alike: dict[str, list[Neighbour]]

    def status(self) -> list[Status | None]:
        """Gives the status of each row; None for one with nothing to look at."""
        alike = self.texts["text_id"].isin(list(self.alike)).to_numpy()
        tests = (doubted(self.probabilities, self.labels), alike, hard(self.probabilities, self.labels))
        return [
            next((status for status, holds in zip(ORDER, row, strict=True) if holds), None)
            for row in np.column_stack(tests)
        ]


def report(run: Labelled, revision: str) -> LabelReport:
    """Looks at all labels of a run.

    Args:
        run: To look at.
        revision: Its name.
    """
    development, unjudged, test = judge(run)
    rows, test_rows = (_rows(one, run) for one in (development, test))
    agreeing = development.probabilities.argmax(axis=1) == development.labels
    return LabelReport(
        revision=revision,
        development_rows=len(agreeing),
        test_rows=len(test.texts),
        accuracy=float(agreeing.mean()),
        by_networks=float((development.networks > 0).mean()),
        unjudged=unjudged,
        doubted=sum(row.status == "doubted" for row in rows),
        doubted_test=sum(row.status == "doubted" for row in test_rows),
        development=rows,
        test=test_rows,
        conflicts=list(run.conflicts),
    )


def judge(run: Labelled) -> tuple[Judged, list[int], Judged]:
    """Gathers what the others think of each row.

    Returns:
        The development rows that were judged; those that could not be, by their numbers in the source; the test rows.
    """
    count = len(run.classes)
    labels, vectors = run.labels(run.development), run.vectors_of(run.development)
    groups = pd.factorize(run.development["group"])[0].astype(np.int64)
    fitted = cross_fit(vectors, labels, groups, count, run.seed)
    own = Opinions(fitted.probabilities, *of_networks(run.predictions, "validation", run.development["text_id"]))
    of_test = Opinions(
        fit_and_predict(
            vectors[fitted.trusted], labels[fitted.trusted], run.vectors_of(run.test), count, fitted.penalty
        ),
        *of_networks(run.predictions, "test", run.test["text_id"]),
    )
    temperatures = Temperatures.of(own, labels)
    found = temperatures.combined(own)
    known = ~np.isnan(found[:, 0])
    development = Judged(
        run.development[known],
        labels[known],
        found[known],
        own.counts[known],
        neighbours.alike(neighbours.labelled(run.development)),
    )
    both = pd.concat([run.development, run.test], ignore_index=True)
    test = Judged(
        run.test,
        run.labels(run.test),
        temperatures.combined(of_test),
        of_test.counts,
        neighbours.alike(neighbours.labelled(both)),
    )
    return development, sorted(run.development["row"][~known].tolist()), test


def _rows(judged: Judged, run: Labelled) -> list[Row]:
    """Gives the rows to look at, each with its neighbours among the development rows."""
    status, doubts = judged.status(), doubt(judged.probabilities, judged.labels)
    ranked = np.argsort(-doubts, kind="stable").tolist()
    listed = [(row, one) for one in ORDER for row in ranked if status[row] == one]
    texts = judged.texts.iloc[[row for row, _ in listed]]
    pool = neighbours.labelled(run.development)
    places = pd.Series(np.arange(len(pool)), index=run.development["text_id"])
    own = places.reindex(texts["text_id"], fill_value=-1).to_numpy().astype(np.int64)
    near, similar = neighbours.nearest(run.vectors_of(texts), run.vectors_of(run.development), own)
    suggested = judged.probabilities.argmax(axis=1)
    return [
        Row(
            row=text.row,
            text=text.text,
            label=text.label,
            suggested=run.classes[suggested[row]],
            doubt=float(doubts[row]),
            networks=int(judged.networks[row]),
            status=one,
            asked=int((near[number] >= 0).sum()),
            against=neighbours.against(pool, text.label, near[number], similar[number]),
            alike=judged.alike.get(text.text_id, []),
        )
        for number, ((row, one), text) in enumerate(zip(listed, neighbours.labelled(texts), strict=True))
    ]
