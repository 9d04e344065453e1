"""UTF-8, and a way there from any other encoding."""

import codecs
import csv
import io
import shlex

from gapwise.errors import UserError

WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark its own begins with
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def decode(content: bytes, name: str, delimiter: str | None = None) -> str:
    """Decodes UTF-8, with or without a byte order mark.

    Args:
        content: The file, as bytes.
        name: Of the file, for messages.
        delimiter: Of the cells of a csv or tsv, to tell in which row an error is; None if every line is a row.

    Raises:
        UserError: If the text has another encoding, with the row and the `iconv` line that mends it.
    """
    wide = _wide(content)
    if wide:
        raise UserError(f"{name} is not UTF-8:", [f"the header (line 1) begins as {wide} does; {_mend(name, wide)}"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        byte = f"byte 0x{error.object[error.start]:02x}"
        line = f"line {before.count(chr(10)) + 1}"
        guess = _guess(content)
        advice = f"if it was meant as {guess}, {_mend(name, guess)}"
        raise UserError(f"{name} is not UTF-8:", [f"{_row(before, delimiter)} ({line}): {byte}; {advice}"]) from error


def _wide(content: bytes) -> str | None:
    if b"\0" in content[:2] and content[:4] != codecs.BOM_UTF32_BE:
        return "UTF-16LE" if content[1:2] == b"\0" else "UTF-16BE"  # by the zero byte beside the first letter
    return next((encoding for mark, encoding in WIDE.items() if content.startswith(mark)), None)


def _row(before: str, delimiter: str | None) -> str:
    # The x stands for the broken byte, which may be the first of its row.
    stream = io.StringIO(f"{before}x", newline="")
    rows = csv.reader(stream, delimiter=delimiter) if delimiter else (line.strip() for line in stream)
    number = sum(bool(row) for row in rows) - bool(delimiter)
    return f"row {number}" if number else "the header"


def _guess(content: bytes) -> str:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "ISO-8859-1"
    return "WINDOWS-1252"


def _mend(name: str, encoding: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    better = f"{stem}-utf8{dot}{suffix}"
    command = f"iconv -f {encoding} -t UTF-8 {shlex.quote(name)} > {shlex.quote(better)}"
    return f"run `{command}` and set prepare.source to {better}"
