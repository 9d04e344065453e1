"""`gapwise export`: writes a final network in a format that other programs run, once it was seen to say the same."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats, Texts, is_validated
from gapwise.commands.project import Project
from gapwise.disk.atomic import atomic
from gapwise.disk.io import read_table
from gapwise.labelling.exported import ABOUT, VERSION
from gapwise.labelling.loading import ABOUT as FINAL
from gapwise.labelling.loading import read_about

if TYPE_CHECKING:
    from gapwise.exporting.checking import Checked
    from gapwise.exporting.formats import Source

CARD = "README.md"


def run(to: str, *, model: Path, out: Path | None, quantize: str | None) -> None:
    """Exports and checks; the arguments are those of the command, see `commands.app`."""
    source, named = model.absolute(), out or Path("exports") / (to if quantize is None else f"{to}-{quantize}")
    target = named.absolute()
    about = read_about(source)
    if not about:
        raise UserError(f"{model} is not what `gapwise final` writes: {FINAL} is missing. Run `gapwise final` first.")
    if target.exists() and not (target / ABOUT).is_file():
        raise UserError(f"{named} exists and is no export; name another folder with --out.")
    with Project() as project, contextlib.chdir(project.folder):
        # Here, because they import TensorFlow.
        from gapwise.exporting.card import write_card
        from gapwise.exporting.checking import check, require_equal
        from gapwise.exporting.formats import FORMATS

        kind = FORMATS[to]
        if quantize is not None and kind.write_small is None:
            able = ", ".join(name for name, one in FORMATS.items() if one.write_small)
            raise UserError(f"--quantize {quantize} is for {able}; no tool here does it for {to}.")
        part, texts = _texts_to_check()
        exported = _prepared(source, about, texts["text"].tolist())
        described = exported.described | {"version": VERSION, "format": to, "quantize": quantize}
        labels = pd.Categorical(texts["label"], categories=pd.Index(described["classes"])).codes.astype(np.int64)
        against = (texts["text"].tolist(), exported.expected, labels, pd.factorize(texts["group"])[0])
        with atomic(target) as folder:
            folder.mkdir()
            kind.write(exported.source, folder)
            if not kind.has_tokenizer:
                exported.write_tokenizer(folder)
            _write(folder, described)
            checked = check(folder, *against)
            require_equal(checked, str(named))
            lines = list(_in_lines(checked, part))
            if quantize is not None and kind.write_small is not None:
                kind.write_small(exported.source, folder)
                exact, checked = checked, check(folder, *against)
                lines = list(_of_small(checked, exact, quantize, part))
            _write(folder, described | {"checked": checked.as_dict()})
            write_card(source / CARD, folder / CARD, to, lines)
    print(*lines, f"Wrote {named}", sep="\n")


class _Prepared(NamedTuple):
    """A final network, ready to be written in any format.

    Attributes:
        source: What is written.
        write_tokenizer: Writes the tokenizer beside it, to a folder.
        expected: Probabilities of the texts that an export is checked on, shape (texts, classes).
        described: What export.json says of it, whatever the format.
    """

    source: "Source"
    write_tokenizer: Callable[[Path], None]
    expected: NDArray[np.float64]
    described: dict[str, Any]


def _prepared(folder: Path, about: Mapping[str, Any], texts: list[str]) -> _Prepared:
    from gapwise.encoding.presets import TOKENIZER
    from gapwise.encoding.tokenizer import load_tokenizer
    from gapwise.exporting.formats import Source
    from gapwise.exporting.network import whole_network
    from gapwise.exporting.tokenizers import write_tokenizer
    from gapwise.labelling.networks import Networks
    from gapwise.runs.models import read_description, read_weights

    description = read_description(folder)
    weights = list(read_weights(description, folder))
    temperature = about["temperature"]
    expected = Networks(description, weights, temperature).probabilities(texts).mean(axis=0)
    network = whole_network(description, weights, temperature)

    def write_beside(target: Path) -> None:
        write_tokenizer(description.tokenize, target / TOKENIZER)

    described = {
        "classes": description.classes,
        "max_length": description.max_length,
        "pad": load_tokenizer(description.preset).pad,
        "preset": description.preset,
        "temperature": temperature,
        "commit": about["commit"],
        "text_column": about.get("text_column", "text"),
    }
    return _Prepared(Source(network, description.classes, description.tokenize), write_beside, expected, described)


def _texts_to_check() -> tuple[str, pd.DataFrame]:
    """Gives the texts that repeats validated on, or trained on where there are none, and the name of their part."""
    texts, repeats = read_table("data/development.parquet", Texts), read_table("data/repeats.parquet", Repeats)
    part = "validation" if is_validated(repeats) else "train"
    used = repeats.loc[repeats["part"] == part, "text_id"]
    return part, texts[texts["text_id"].isin(used)].reset_index(drop=True)


def _in_lines(checked: "Checked", part: str) -> Iterator[str]:
    yield (
        f"On all {checked.rows:,} {part} texts it gives the labels of the network; a probability differs by "
        f"{checked.largest:.1e} at most"
    )
    yield f"{checked.milliseconds:.1f} ms per text on this machine, in batches of 32"


def _of_small(checked: "Checked", exact: "Checked", quantize: str, part: str) -> Iterator[str]:
    points = [100 * value for value in (checked.accuracy, checked.accuracy_low, checked.accuracy_high)]
    yield (
        f"In {quantize}, {checked.flips} of {checked.rows:,} {part} texts get another label; the accuracy on them "
        f"changes by {points[0]:+.1f} points ({points[1]:+.1f} to {points[2]:+.1f}). The network was trained on these "
        "texts; more of the new ones may differ"
    )
    yield (
        f"{checked.milliseconds:.1f} ms per text on this machine against {exact.milliseconds:.1f} in float32, "
        f"{exact.milliseconds / checked.milliseconds:.1f} times as fast"
    )


def _write(folder: Path, described: Mapping[str, Any]) -> None:
    (folder / ABOUT).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
