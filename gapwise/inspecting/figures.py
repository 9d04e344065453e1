"""What a look at labels and at errors finds: the figures that reports show, and none that a report has to work out."""

from typing import Literal

from gapwise.comparing.figures import Figure

Status = Literal["doubted", "alike", "hard"]
Kind = Literal["sure", "most", "flips"]
SliceKind = Literal["length", "class", "group", "word"]


class Neighbour(Figure):
    """Another labelled text.

    Attributes:
        row: Of the source, from 1.
        text: In full.
        label: Its class.
        similarity: From 0 to 1: the cosine of the encoder's vectors, or, of near-equal texts, the share of characters.
    """

    row: int
    text: str
    label: str
    similarity: float


class Row(Figure):
    """A row to look at.

    Attributes:
        row: Of the source, from 1.
        text: In full.
        label: As the source has it.
        suggested: The class that the others give it.
        doubt: One minus the probability that they give to its label.
        networks: How many networks that never saw it have judged it, beside the probe.
        status: `doubted`; `alike` if its label stands and a near-equal text has another one; `hard` if its label stands
            and the others can hardly decide.
        asked: How many nearest texts were looked at.
        against: Those of them that have another label, the nearest first.
        alike: Near-equal texts with another label.
    """

    row: int
    text: str
    label: str
    suggested: str
    doubt: float
    networks: int
    status: Status
    asked: int
    against: list[Neighbour]
    alike: list[Neighbour]


class Conflict(Figure):
    """A text that several rows give several labels, which `prepare` has settled or left out.

    Attributes:
        text: Its beginning.
        rows: Of the source, from 1.
        labels: Of these rows.
    """

    text: str
    rows: list[int]
    labels: list[str]


class LabelReport(Figure):
    """The whole report.

    Attributes:
        revision: As the user gave it.
        development_rows: All that were judged.
        test_rows: All that were judged.
        accuracy: Share of development rows whose label is the suggested one.
        by_networks: Share of development rows that some network judged beside the probe.
        unjudged: Rows of the source that nothing could judge: their class occurs in their group alone.
        doubted: Number of development rows.
        doubted_test: Number of test rows.
        development: Rows to look at, by status, the most doubted first.
        test: The same of the test rows.
        conflicts: Texts with several labels.
    """

    revision: str
    development_rows: int
    test_rows: int
    accuracy: float
    by_networks: float
    unjudged: list[int]
    doubted: int
    doubted_test: int
    development: list[Row]
    test: list[Row]
    conflicts: list[Conflict]


class Wrong(Figure):
    """A text that some repeats get wrong.

    Attributes:
        row: Of the source, from 1.
        text: In full.
        label: Its class.
        given: The class that most of the wrong repeats give.
        wrong: How many repeats are wrong.
        repeats: How many predict it without having been trained on it.
        confidence: Mean probability of what the wrong ones give.
        kind: `sure` if most are wrong and sure of it, `most` if most are wrong, `flips` if fewer are.
    """

    row: int
    text: str
    label: str
    given: str
    wrong: int
    repeats: int
    confidence: float
    kind: Kind


class Changed(Figure):
    """A text that two settings treat differently.

    Attributes:
        row: Of the source, from 1.
        text: In full.
        label: Its class.
        wrong: How many repeats of the first setting are wrong.
        wrong_after: How many of the second.
    """

    row: int
    text: str
    label: str
    wrong: int
    wrong_after: int


class Slice(Figure):
    """A slice of the test rows against the rest of them.

    Attributes:
        kind: What it is made by.
        name: Its length, class, first row of its group, or word.
        rows: Their number.
        score: Mean accuracy in it, or mean difference of two settings.
        rest: The same on the other rows.
        difference: Slice minus rest.
        low: Lower end of its interval.
        high: Upper end.
        p_value: Of no difference, two-sided, by itself.
        p_adjusted: After Holm's correction for all slices.
        worse: Whether it is worse than the rest after the correction.
    """

    kind: SliceKind
    name: str
    rows: int
    score: float
    rest: float
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    worse: bool


class Errors(Figure):
    """What one setting gets wrong in one part.

    Attributes:
        texts: Predicted.
        repeats: That predict the part, in each rotation.
        accuracy: Mean over repeats; None without rows.
        rows: Texts of some kind, the worst first.
    """

    texts: int
    repeats: int
    accuracy: float | None
    rows: list[Wrong]


class Mending(Figure):
    """A second setting against the first, on the test rows.

    Attributes:
        revision: Of the second setting.
        repeats: That both have.
        difference: In accuracy, second minus first.
        low: Lower end of its interval.
        high: Upper end.
        mended: Texts that most repeats of the first get wrong, and most of the second right.
        broken: The reverse.
        slices: Where the second setting gains less than on the rest, or loses more.
    """

    revision: str
    repeats: int
    difference: float
    low: float
    high: float
    mended: list[Changed]
    broken: list[Changed]
    slices: list[Slice]


class ErrorReport(Figure):
    """The whole report.

    Attributes:
        revision: As the user gave it.
        confidence: Of every interval.
        rotations: Test parts that all rows are divided into, each with so many repeats; 1 where there is one test part.
        test: Errors on the test rows.
        validation: Errors on the rows that repeats were stopped by.
        groups: Of test rows.
        slices: Of the test rows.
        against: A second setting; None without one.
        notes: What a reader must know, as sentences.
    """

    revision: str
    confidence: float
    rotations: int = 1
    test: Errors
    validation: Errors
    groups: int
    slices: list[Slice]
    against: Mending | None
    notes: list[str]
