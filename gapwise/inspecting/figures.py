"""What a look at labels and at errors finds: the figures that reports show, and none that a report has to work out."""

from typing import Literal

from gapwise.comparing.figures import Figure

Status = Literal["doubted", "alike", "hard"]


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
