"""UTF-8, and a way there from any other encoding."""

import codecs
import contextlib
import csv
import re
import shlex
from collections.abc import Callable, Iterator

from gapwise.base.errors import UserError

WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark its own begins with
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
NO_TEXT = {
    b"PK\x03\x04": "a zip archive or a new Excel file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF file",
}
LFS = b"version https://git-lfs.github.com/spec/"

LINE_END = re.compile("\r\n|\r|\n")


class OtherEncodingError(UserError):
    """A text that is not UTF-8, and reads as one of another encoding.

    Attributes:
        utf8: The same text in UTF-8.
        mended: Name of the file that the advised command makes.
        command: That is advised.
    """

    def __init__(self, name: str, where: str, content: bytes, encoding: str) -> None:
        stem, dot, suffix = name.rpartition(".")
        self.mended = f"{stem}-utf8{dot}{suffix}"
        self.utf8 = content.decode(encoding, errors="replace").encode()
        self.command = f"iconv -f {encoding} -t UTF-8 {shlex.quote(name)} > {shlex.quote(self.mended)}"
        problem = f"{where}run `{self.command}` and set prepare.source to {self.mended}"
        super().__init__(f"{name} is not UTF-8:", [problem])


@contextlib.contextmanager
def cells_up_to(length: int) -> Iterator[None]:
    """Lets Python's csv reader take longer cells; its limit is for the whole process, so it is put back."""
    limit = csv.field_size_limit(length)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def decode(content: bytes, name: str, row_of: Callable[[str], int]) -> str:
    """Decodes UTF-8, with or without a byte order mark.

    Args:
        content: The file, as bytes.
        name: Of the file, for messages.
        row_of: Gives the number of the row in which a text ends, 0 for the header, to tell in which row an error is.

    Raises:
        OtherEncodingError: If the file has another encoding, with the row and the `iconv` line that mends it.
        UserError: If the file is no text, or damaged.
    """
    check_start(content, name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        row = row_of(f"{before}x")  # the x stands for the broken byte, which may be the first of its row
        place = f"{f'row {row}' if row else 'the header'} (line {len(LINE_END.findall(before)) + 1})"
        where = f"{place}: byte 0x{error.object[error.start]:02x}"
        damage = _damage(before, error)
        if damage:
            raise UserError(f"{name} is not UTF-8:", [f"{where}; {damage}"]) from error
        guess = _guess(content)
        raise OtherEncodingError(name, f"{where}; if it was meant as {guess}, ", content, guess) from error


def check_start(content: bytes, name: str) -> None:
    """Refuses a file that is no text, or of an encoding that its first bytes give away.

    Args:
        content: The file, or what it begins with.
        name: Of the file, for messages.

    Raises:
        UserError: With what it is, and what to do.
    """
    refuse_pointer(content, name)
    problem = _no_text(content)
    if problem:
        raise UserError(f"{name} is no text:", [problem])
    wide = _wide(content)
    if wide:
        raise OtherEncodingError(name, f"the header (line 1) begins as {wide} does; ", content, wide)


def foreign_byte(text: str) -> str | None:
    """Names the first byte of a text that is not UTF-8, where Python read it with `surrogateescape`; None for none."""
    found = next((ord(sign) for sign in text if "\udc80" <= sign <= "\udcff"), None)
    if found is None:
        return None
    return f"it holds the byte 0x{found - 0xDC00:02x}, which is not UTF-8: `iconv -f ENCODING -t UTF-8` mends a file"


def refuse_pointer(content: bytes, name: str) -> None:
    """Refuses what Git LFS keeps in place of a file that it has not fetched.

    Args:
        content: The file, as bytes.
        name: Of the file, for messages.

    Raises:
        UserError: With the command that fetches the file.
    """
    if content.startswith(LFS):
        raise UserError(f"{name} is what Git LFS keeps in place of the file: run `git lfs pull`.")


def _no_text(content: bytes) -> str | None:
    if not content.strip(b"\0"):
        return "it holds NUL bytes only, as a file does that was not written to its end; copy or export it again"
    kind = next((kind for start, kind in NO_TEXT.items() if content.startswith(start)), None)
    return f"it begins as {kind} does; open it with what made it, and export it as text in UTF-8" if kind else None


def _wide(content: bytes) -> str | None:
    if b"\0" in content[:2] and content[:4] != codecs.BOM_UTF32_BE:
        return "UTF-16LE" if content[1:2] == b"\0" else "UTF-16BE"  # by the zero byte beside the first letter
    return next((encoding for mark, encoding in WIDE.items() if content.startswith(mark)), None)


def _damage(before: str, error: UnicodeDecodeError) -> str | None:
    if error.reason == "unexpected end of data":
        return "the file ends within a character; copy or export it again"
    if not before.removeprefix("\ufeff").isascii():
        return "all before it is UTF-8, so this is no other encoding but damage; mend the row"
    return None


def _guess(content: bytes) -> str:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "ISO-8859-1"
    return "WINDOWS-1252"
