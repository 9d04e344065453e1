"""What annotation tools write: several annotations in one object, and marks of those that do not hold.

tests/fixtures/exports/README.md has the tools, their versions and what each of them writes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.texts.cells import as_text, table, unreadable

# By column: the words that a tool writes there, and those of them that take the label back. A column that holds any
# other word is not the tool's.
MARKS = {
    "answer": ({"accept", "reject", "ignore"}, {"reject", "ignore"}),  # Prodigy
    "status": ({"Default", "Validated", "Discarded"}, {"Discarded"}),  # Argilla 1
    "response_status": ({"submitted", "draft", "discarded"}, {"draft", "discarded"}),  # Argilla, by `flatten`
    "was_cancelled": ({"true", "false"}, {"true"}),  # Label Studio, by `flatten`
}
JOINT = "#"  # of doccano, whose labels seldom hold it themselves: one part that is known will do
RESPONSES = ".responses"
# Lists and objects that a csv holds as text, as pandas, NumPy or JSON write them: ['a', 'b'], [2 0], {"choices": …}.
WRITTEN = re.compile(r"""\[\s*(['"\d\]{]|array\()|\{\s*["']""")
Record = dict[Any, Any]


def flatten(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Makes one row per annotation of the nested exports of Label Studio and Argilla; other tables stay as they are.

    Args:
        rows: From a file, one row per object.
        name: Of the file, for messages.

    Returns:
        The columns of the texts; a column of labels for each question, named as the tool names it; `annotator`; and
        `was_cancelled` or `response_status`, see `MARKS`. A text without annotations is one row without a label.

    Raises:
        UserError: If the export does not tell which of its labels hold.
    """
    if _all(rows, "annotations", list) and _all(rows, "data", dict):
        return _table(row for task in rows.to_dict("records") for row in _label_studio(task))
    if _all(rows, "fields", dict) and _all(rows, "responses", dict):
        raise _refuse(name, "does not say which responses were discarded")
    questions = [str(column).removesuffix(RESPONSES) for column in rows.columns if _is_question(rows, column)]
    if any(rows[f"{question}{RESPONSES}"].map(lambda cell: isinstance(cell, str)).any() for question in questions):
        raise _refuse(name, "holds lists as text")
    if questions:
        return _table(row for record in rows.to_dict("records") for row in _argilla(record, questions))
    feedback = [str(column) for column in rows.columns if _is_feedback(rows[column])]
    if feedback:
        return _table(row for record in rows.to_dict("records") for row in _feedback(record, feedback))
    return rows


def taken_back(rows: pd.DataFrame, label_column: str) -> "pd.Series[bool]":
    """Finds the rows whose label the annotation tool marks as rejected, ignored, skipped or discarded.

    Args:
        rows: From `sources.read`.
        label_column: A column of marks that is learnt itself marks nothing.
    """
    found = pd.Series(False, index=rows.index)
    for column, (words, refused) in MARKS.items():
        if column in rows.columns and column != label_column:
            cells = rows[column].where(rows[column].map(lambda cell: isinstance(cell, str)))
            if set(cells.dropna()) <= words:
                found |= cells.isin(refused)
    return found


def one_label(cell: Any) -> Any:
    """Gives the one label of a cell that holds a list of it, perhaps once per annotator; other cells stay as they are.

    Example:
        >>> one_label(["positive"]), one_label("positive#positive"), one_label([]), one_label(["a", "b"])
        ('positive', 'positive', None, ['a', 'b'])
    """
    match cell:
        case {"choices": list() as labels} | (list() as labels) if not any(isinstance(label, list) for label in labels):
            distinct = list(dict.fromkeys(map(str, map(as_text, labels))))
            return (distinct[0] if distinct else None) if len(distinct) < 2 else distinct
        case str() if JOINT in cell:  # doccano writes what two members agree on twice
            label, *others = cell.split(JOINT)
            return label if label and set(others) == {label} else cell
        case _:
            return cell


def _all(rows: pd.DataFrame, column: str, kind: type) -> bool:
    return column in rows.columns and bool(rows[column].map(lambda cell: isinstance(cell, kind)).all())


def _table(rows: Iterator[dict[str, Any]]) -> pd.DataFrame:
    listed = list(rows)
    columns = dict.fromkeys(column for row in listed for column in row)
    return table({column: [as_text(row.get(column)) for row in listed] for column in columns})


def _refuse(name: str, what: str) -> UserError:
    way = "export it with `dataset.records.to_datasets().to_parquet(…)`"
    return unreadable(name, [f"it is an export of Argilla that {what}; {way}"])


def _label_studio(task: Record) -> Iterator[dict[str, Any]]:
    for annotation in task["annotations"] or [{}]:
        by = annotation.get("completed_by")
        labels: dict[str, list[str]] = {}
        for result in annotation.get("result", []):
            if "choices" in result.get("value", {}):
                labels.setdefault(result["from_name"], []).extend(result["value"]["choices"])
        yield {
            **task["data"],
            **labels,
            "annotator": (by.get("email") or by.get("id")) if isinstance(by, dict) else by,
            "was_cancelled": annotation.get("was_cancelled", False),
        }


def _is_question(rows: pd.DataFrame, column: Any) -> bool:
    name = str(column)
    return name.endswith(RESPONSES) and {f"{name}.users", f"{name}.status"} <= set(rows.columns)


def _argilla(record: Record, questions: list[str]) -> Iterator[Record]:
    plain = {column: cell for column, cell in record.items() if RESPONSES not in column}
    ends = ("", ".users", ".status")
    answers = (
        (question, *answer)
        for question in questions
        for answer in zip(*(record[f"{question}{RESPONSES}{end}"] or [] for end in ends), strict=True)
    )
    return _by_annotator(plain, answers, questions)


def _is_feedback(cells: pd.Series) -> bool:
    lists = [cell for cell in cells if isinstance(cell, list) and cell]
    return bool(lists) and all(
        isinstance(entry, dict) and entry.keys() >= {"user_id", "value", "status"} for cell in lists for entry in cell
    )


def _feedback(record: Record, questions: list[str]) -> Iterator[Record]:
    plain = {column: cell for column, cell in record.items() if column not in questions}
    answers = (
        (question, entry["value"], entry["user_id"], entry["status"])
        for question in questions
        for entry in record[question] or []
    )
    return _by_annotator(plain, answers, questions)


def _by_annotator(
    plain: Record, answers: Iterable[tuple[str, Any, Any, Any]], questions: list[str]
) -> Iterator[Record]:
    """Gives a row for each annotator of a text; `answers` are question, label, user and status."""
    nothing = dict.fromkeys([*questions, "annotator", "response_status"])
    responses: dict[Any, Record] = {}
    for question, label, user, status in answers:
        responses.setdefault(user, {"annotator": user, "response_status": status})[question] = label
    for response in responses.values() or [{}]:
        yield plain | nothing | response


def several(cell: Any) -> bool:
    """Tells whether a cell, after `one_label`, holds several labels for one text."""
    match cell:
        case list() | {"choices": _}:
            return True
        case str():
            return cell.startswith('{"choices"')  # as Label Studio writes them into a csv
        case _:
            return False


def written_out(cell: Any) -> bool:
    """Tells whether a cell is text that stands for a list or an object, as a csv has it."""
    return isinstance(cell, str) and not several(cell) and bool(WRITTEN.match(cell))


def joined(labels: set[str]) -> dict[str, list[str]]:
    """Finds labels that are others of the labels, joined: several labels for one text, in one cell.

    Args:
        labels: All different ones.

    Returns:
        The parts of each that is joined.

    Example:
        >>> joined({"food", "service", "food#service"})
        {'food#service': ['food', 'service']}
    """
    found = {}
    for label in sorted(labels):
        for sign in f"{JOINT};|,":
            parts = [part.strip() for part in label.split(sign)]
            known = labels & set(parts)
            if len(parts) > 1 and all(parts) and (known == set(parts) or (sign == JOINT and known)):
                found[label] = parts
    return found
