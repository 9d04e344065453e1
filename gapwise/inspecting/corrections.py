"""Corrected labels brought back into a source file, of which nothing else changes."""

import codecs
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show
from gapwise.inspecting.spans import Span, spans
from gapwise.texts.cells import as_text
from gapwise.texts.cleaning import normalize
from gapwise.texts.contract import select
from gapwise.texts.params import PrepareParams
from gapwise.texts.sources import read

NEEDED = ("text", "label", "corrected")
EDITED = (".csv", ".tsv", ".jsonl")


@dataclass(frozen=True)
class Corrected:
    """What corrections make of a source file.

    Attributes:
        content: The new file.
        changes: Rows changed, by old and new label.
        texts: Number of texts whose label changed.
        already: Corrections that the file has already.
        test: Of the texts, those of the test part, as far as the corrections say so.
        bytes_changed: Of the old file, that are exchanged.
    """

    content: bytes
    changes: Mapping[tuple[str, str], int]
    texts: int
    already: int
    test: int
    bytes_changed: int


def correct(content: bytes, params: PrepareParams, corrections: pd.DataFrame, name: str) -> Corrected:
    """Exchanges labels in a source file.

    A label is written as the file writes this class elsewhere, quotes and all. A text that several rows repeat is
    corrected in all of them that have its label: otherwise it would carry two.

    Args:
        content: The source file.
        params: Section `prepare`.
        corrections: From `sources.read`: columns `text`, `label` and `corrected`, perhaps `row` and `part`. A row whose
            `corrected` is empty corrects nothing.
        name: Of the file of corrections, for messages.

    Raises:
        UserError: If a column is missing, nothing is corrected, a text or a label has changed since, or a class is
            unknown, with all that is wrong; if the file is of a kind that cannot be edited in place.
    """
    require_kind(params.source, content)
    wanted = _wanted(corrections, name)
    raw = read(content, _suffix(params.source), params.source)
    rows = select(raw, params).rows[["text", "label"]]
    new, already, problems = _new_labels(rows, wanted)
    if problems:
        raise UserError(f"{name} cannot be brought back, and {params.source} is as it was:", problems)
    edited, bytes_changed = _exchange(content, params, raw, rows, new)
    pairs = Counter((str(rows.loc[row, "label"]), label) for row, label in new.items())
    changed = {str(rows.loc[row, "text"]) for row in new}
    return Corrected(
        edited,
        pairs,
        len(changed),
        already,
        wanted.loc[wanted["text"].isin(list(changed)) & (wanted["part"] == "test"), "text"].nunique(),
        bytes_changed,
    )


def require_kind(source: str, content: bytes) -> None:
    """Checks that a source is of a kind whose labels can be exchanged in place.

    Raises:
        UserError: If it is another one, with a way out.
    """
    suffix = _suffix(source)
    way_out = "correct the rows in the program that wrote it, by the numbers in column row, or save it as csv first"
    if suffix not in EDITED:
        raise UserError(f"{source} must be csv, tsv or jsonl to be corrected in place: {way_out}.")
    if suffix == ".jsonl" and content.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"[":
        raise UserError(f"{source} is one JSON list and no lines of JSON, so it is not corrected in place: {way_out}.")


def _suffix(source: str) -> str:
    dot = source.rfind(".")
    return source[dot:].lower() if dot > source.rfind("/") else ""


def _wanted(corrections: pd.DataFrame, name: str) -> pd.DataFrame:
    """Gives the corrections that are filled in, normalized, with the number of their line."""
    missing = [show(column) for column in NEEDED if column not in corrections.columns]
    if missing:
        raise UserError(
            f"{name} has no column {in_words(missing)}: give it the columns that `gapwise labels --out` writes."
        )
    columns = [*NEEDED, *(column for column in ("row", "part") if column in corrections.columns)]
    cells = corrections[columns].map(lambda cell: normalize(str(as_text(cell) or "")))
    cells = cells.reindex(columns=[*NEEDED, "row", "part"], fill_value="")
    cells["line"] = range(1, len(cells) + 1)
    filled = cells[(cells["corrected"] != "") & (cells["corrected"] != cells["label"])]
    if filled.empty:
        raise UserError(
            f"{name} corrects nothing: column corrected is empty or has the label that is there in every row. Write "
            "the right class into it, in the rows to correct."
        )
    return filled


def _new_labels(rows: pd.DataFrame, wanted: pd.DataFrame) -> tuple[dict[int, str], int, list[str]]:
    """Gives the new label by row of the source, the corrections that are there already, and what is wrong."""
    known = sorted(rows["label"].unique())
    by_text = rows.groupby("text", sort=False).groups
    new: dict[int, str] = {}
    already, problems = 0, []
    several = wanted.groupby("text")["corrected"].nunique()
    for one in wanted.to_dict("records"):
        where = f"row {one['line']}" + (f" (row {one['row']} of the source)" if one["row"] else "")
        there = rows["label"].loc[by_text.get(one["text"], pd.Index([]))]
        matching = there[there == one["label"]]
        if several[one["text"]] > 1:
            problems.append(f"{where}: its text is corrected to several labels; keep one")
        elif one["corrected"] not in known:
            problems.append(f"{where}: corrected is {show(one['corrected'])}, {_classes(one['corrected'], known)}")
        elif there.empty:
            problems.append(f"{where}: its text, {show(one['text'])}, is not in the source any more")
        elif matching.empty and set(there) == {one["corrected"]}:
            already += 1
        elif matching.empty:
            labels = in_words([show(label) for label in there.unique()])
            problems.append(f"{where}: its label in the source is {labels} now, and was {show(one['label'])}")
        else:
            new |= dict.fromkeys(matching.index, one["corrected"])
    return new, already, problems


def _classes(label: str, known: list[str]) -> str:
    near = get_close_matches(label, known, n=1)
    advice = (
        f"did you mean {show(near[0])}?" if near else f"classes of the source are {in_words(list(map(show, known)))}"
    )
    return f"which is no class of the source; {advice}"


def _exchange(
    content: bytes, params: PrepareParams, raw: pd.DataFrame, rows: pd.DataFrame, new: Mapping[int, str]
) -> tuple[bytes, int]:
    """Writes the new labels into the file, and reads it again to see that nothing else has changed."""
    text, column = content.decode("utf-8-sig"), params.columns()["label"]
    donors = {str(label): int(str(found.index[0])) for label, found in rows.groupby("label")}
    before = raw[column].tolist()
    after = list(before)
    for row, label in new.items():
        after[row - 1] = before[donors[label] - 1]
    expected = raw.assign(**{column: pd.Series(after, index=raw.index, dtype=object)})
    try:
        places = spans(text, _suffix(params.source), column)
        found = {row: (places[row - 1], places[donors[label] - 1]) for row, label in new.items()}
        parts = {span: text[slice(*donor)] for span, donor in found.values() if span and donor}
        edited = _replaced(text, parts).encode()
        edited = codecs.BOM_UTF8 + edited if content.startswith(codecs.BOM_UTF8) else edited
        same = read(edited, _suffix(params.source), params.source).equals(expected)
    except (IndexError, ValueError, UserError):  # the places are not those of the rows
        same = False
    if not same:
        raise UserError(
            f"{params.source} is nested or quoted in a way that cannot be corrected in place, and is as it was: "
            "correct the rows in the program that wrote it, or save it as csv with one row per text."
        )
    return edited, sum(len(text[start:end].encode()) for start, end in parts)


def _replaced(text: str, parts: Mapping[Span, str]) -> str:
    pieces, position = [], 0
    for start, end in sorted(parts):
        pieces += [text[position:start], parts[start, end]]
        position = end
    return "".join([*pieces, text[position:]])
