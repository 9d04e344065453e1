"""`gapwise predict`: labels new texts with the networks in models/, or with those of another revision."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pandas as pd
from rich.console import Console
from rich.progress import Progress

from gapwise.base.errors import UserError
from gapwise.base.wording import counted, in_words, shorten, show
from gapwise.commands.project import WORKSPACE, Project
from gapwise.commands.revisions import MODELS, models_of, params_of
from gapwise.labelling.explaining import Explanation, explain, strongest
from gapwise.labelling.labels import Labeller, columns, labels
from gapwise.labelling.loading import is_export, load, text_column
from gapwise.labelling.reading import Chunk, read_chunks
from gapwise.labelling.writing import Writer, require_suffix, to_stream, written
from gapwise.texts.cells import as_text
from gapwise.texts.cleaning import normalize

STANDARD_INPUT = Path("-")
AT_ONCE = 1024  # texts whose hidden states are in memory
WHY = "why"


def run(
    file: Path,
    *,
    column: str | None,
    out: Path | None,
    threshold: float | None,
    suffix: str | None,
    revision: str,
    model: Path | None,
    explained: bool,
    html: Path | None,
) -> None:
    """Labels the texts of a file; the arguments are those of the command, see `commands.app`."""
    if model is not None and revision != WORKSPACE:
        raise UserError("--model names a folder and --rev a revision's models/; choose one.")
    if out is not None:
        require_suffix(out)
        if out.exists() and file.exists() and out.samefile(file):
            raise UserError(f"--out would replace {file}, the file to label, and rows that cannot be read with it.")
    job = _Job(_name(file), column or _column(revision, model), threshold, explained or html is not None)
    with _opened(file, suffix) as (stream, ending), _bar(file, stream) as advance:
        chunks = read_chunks(stream, ending, job.name, AT_ONCE)
        first = next(chunks, None)
        labeller = job.checked(first, lambda: _labeller(revision, model))
        with _writer(out, job) as write:
            while first is not None:
                write(job.label(first, labeller))
                advance()
                first = next(chunks, None)
    if html is not None:
        from gapwise.labelling.page import write_page

        write_page(html, job.explanations)
    for line in job.in_lines(out):
        print(line, file=sys.stderr)


class _Job:
    """What is asked of a file, and what became of its rows so far."""

    def __init__(self, name: str, column: str, threshold: float | None, explains: bool) -> None:
        self.name, self.column, self.threshold, self.explains = name, column, threshold, explains
        self.explanations: list[Explanation] = []
        self.rows = self.labelled = self.abstained = self.cut = 0
        self.without: list[int] = []
        self.other: list[int] = []
        self.broken: list[str] = []

    def checked(self, first: Chunk | None, labeller: Callable[[], Labeller]) -> Labeller:
        """Looks at the first rows, then loads the model, which takes longer."""
        if first is None:
            raise UserError(f"{self.name} holds no row to label.")
        there = list(first.table.columns)
        if self.column not in there:
            if not there:
                raise UserError(f"{self.name} cannot be read:", shorten(first.broken, "such rows"))
            names = in_words([show(name) for name in there])
            raise UserError(
                f"{self.name} has no column {show(self.column)}; there are {names}: name one with --column."
            )
        found = labeller()
        added = [*columns(found.classes, self.threshold), *([WHY] if self.explains else [])]
        taken = [show(name) for name in added if name in there]
        if taken:
            raise UserError(f"{self.name} already has what would be added: {in_words(taken)}; rename or remove it.")
        return found

    def label(self, chunk: Chunk, labeller: Labeller) -> pd.DataFrame:
        """Puts the labels beside the rows; a row without a text has none."""
        cells = [as_text(cell) for cell in chunk.table[self.column].to_list()]
        texts = [normalize(cell) if isinstance(cell, str) else "" for cell in cells]
        filled = [place for place, text in enumerate(texts) if text]
        self.rows += len(texts)
        self.labelled += len(filled)
        self.broken += chunk.broken
        is_other = [not isinstance(cell, str | None) for cell in cells]
        self.other += [row for row, is_one in zip(chunk.rows, is_other, strict=True) if is_one]
        self.without += [
            row for row, text, is_one in zip(chunk.rows, texts, is_other, strict=True) if not text and not is_one
        ]
        if not filled:
            empty = pd.DataFrame(None, chunk.table.index, columns(labeller.classes, self.threshold), dtype=object)
            return pd.concat([chunk.table, empty], axis=1)
        chosen = [texts[place] for place in filled]
        self.cut += labeller.cut(chosen) or 0
        added = labels(labeller.probabilities(chosen), labeller.classes, self.threshold)
        if self.threshold is not None:
            self.abstained += int((added["abstain"] == "yes").sum())
        if self.explains:
            found = [explain(labeller, text) for text in chosen]
            self.explanations += found
            added[WHY] = [", ".join(f"{part} {weight:+.2f}" for part, weight in strongest(one)) for one in found]
        if len(filled) < len(texts):
            added = added.set_axis(filled).reindex(range(len(texts)))
        return pd.concat([chunk.table, added], axis=1)

    def in_lines(self, out: Path | None) -> Iterator[str]:
        """Says what became of the rows."""
        yield from shorten(self.broken, "rows that cannot be read")
        if self.broken:
            yield f"{counted(len(self.broken), 'row')} left out; the others are done"
        if self.without:
            rows = in_words(self.without, "row")
            yield f"{rows} without a text: left without a label (rows count from 1, below the header)"
        if self.other:
            yield f"{in_words(self.other, 'row')} with a list or an object for a text: left without a label"
        if not self.labelled:
            raise UserError(f"{self.name} cannot be labelled: column {show(self.column)} holds no text in any row.")
        if self.cut:
            yield (
                f"{self.cut:,} of {counted(self.labelled, 'text')} longer than tokenize.max_length of the networks: "
                "ends were not read"
            )
        if self.threshold is not None:
            yield f"{self.abstained:,} of {self.labelled:,} labels are below {self.threshold:g}: abstain is yes"
        if out is not None:
            yield f"Wrote {counted(self.rows, 'row')} to {out}"


def _column(revision: str, model: Path | None) -> str:
    """Names the column that the texts of the training were in; `text` where nothing says it."""
    if model is not None:
        return text_column(model.absolute())
    with Project() as project:
        try:
            found = project.resolve(revision)
            if project.text(found, "params.yaml") is None:
                return "text"
            params = params_of(project, found)
        except UserError as error:
            raise UserError(f"{revision}: {error.headline}", error.problems) from error
    with contextlib.suppress(KeyError, TypeError):  # of before there was such a key
        return str(params["prepare"]["text_column"])
    return "text"


def _labeller(revision: str, model: Path | None) -> Labeller:
    if model is not None:
        model = model.absolute()
        if is_export(model):  # which needs nothing of the project
            return load(model)
    with Project() as project, contextlib.chdir(project.folder):
        found = project.resolve(revision)
        if model is not None:
            return load(model)
        if found == WORKSPACE:
            return load(Path(MODELS))
        with tempfile.TemporaryDirectory() as folder:
            try:
                models_of(project, found, Path(folder) / "models")
            except UserError as error:
                raise UserError(f"{revision}: {error.headline}", error.problems) from error
            return load(Path(folder) / "models")


def _name(file: Path) -> str:
    return "standard input" if file == STANDARD_INPUT else str(file)


@contextlib.contextmanager
def _opened(file: Path, suffix: str | None) -> Iterator[tuple[BinaryIO, str]]:
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer, f".{suffix or 'csv'}"
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    with stream:
        yield stream, file.suffix if suffix is None else f".{suffix}"


@contextlib.contextmanager
def _writer(out: Path | None, job: _Job) -> Iterator[Writer]:
    if out is not None:
        with written(out) as writer:
            yield writer
    elif job.explains:
        from gapwise.labelling.page import to_terminal

        console = Console(highlight=False)
        yield lambda table: to_terminal(console, job.explanations[-int(table[WHY].notna().sum()) :])
    else:
        yield to_stream(sys.stdout, ".csv")


@contextlib.contextmanager
def _bar(file: Path, stream: BinaryIO) -> Iterator[Callable[[], None]]:
    """Shows how much of the file is read, on a terminal."""
    size = None if file == STANDARD_INPUT else file.stat().st_size
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=size is None or not console.is_terminal) as progress:
        task = progress.add_task("Labelling", total=size)
        yield lambda: progress.update(task, completed=0 if stream.closed or size is None else stream.tell())
