import shutil
import subprocess

import pytest

from gapwise.base.errors import UserError
from gapwise.texts import delimited, json_objects
from gapwise.texts.encodings import decode

TABLE = 'text,label\n"Fine\nday",a\n\nCafé – 5 €,b\n'


def row_in_csv(text):
    return delimited.row_of(text, ".csv")


def problem(content, name="data/raw/mine.csv", row_of=row_in_csv):
    with pytest.raises(UserError) as caught:
        decode(content, name, row_of)
    assert caught.value.headline == f"{name} is not UTF-8:"
    [found] = caught.value.problems
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_or_without_a_mark(encoding):
    assert decode(TABLE.encode(encoding), "mine.csv", row_in_csv) == TABLE


@pytest.mark.parametrize(
    ("content", "row_of", "where"),
    [
        (TABLE.encode("cp1252"), row_in_csv, "row 2 (line 5): byte 0xe9; if it was meant as WINDOWS-1252"),
        (
            b"\xef\xbb\xbf" + TABLE.encode("cp1252"),
            row_in_csv,
            "row 2 (line 5): byte 0xe9; if it was meant as WINDOWS-1252",
        ),
        (b"text,caf\xe9\na,b\n", row_in_csv, "the header (line 1): byte 0xe9; if it was meant as WINDOWS-1252"),
        (b"text,label\na,b\n\xe9,c\n", row_in_csv, "row 2 (line 3): byte 0xe9; if it was meant as WINDOWS-1252"),
        (b"sep=;\r\ntext;Gef\xfchl\r\n", row_in_csv, "the header (line 2): byte 0xfc"),
        (b'a;text\n1;"two\nlines"\n;\n2;\xe9\n', row_in_csv, "row 2 (line 5): byte 0xe9"),
        (b"text,label\na\x81,b\n", row_in_csv, "row 1 (line 2): byte 0x81; if it was meant as ISO-8859-1"),
        (
            b'{"a": 1}\n\n{"a": "\xe9"}\n',
            json_objects.row_of,
            "row 2 (line 3): byte 0xe9; if it was meant as WINDOWS-1252",
        ),
        (TABLE.encode("utf-16"), row_in_csv, "the header (line 1) begins as UTF-16 does; run"),
        (TABLE.encode("utf-16-le"), row_in_csv, "the header (line 1) begins as UTF-16LE does; run"),
        (TABLE.encode("utf-16-be"), row_in_csv, "the header (line 1) begins as UTF-16BE does; run"),
        (TABLE.encode("utf-32"), row_in_csv, "the header (line 1) begins as UTF-32 does; run"),
        (b"\0\0\xfe\xff" + TABLE.encode("utf-32-be"), row_in_csv, "the header (line 1) begins as UTF-32 does; run"),
    ],
)
def test_another_encoding_is_located_and_guessed(content, row_of, where):
    assert problem(content, row_of=row_of).startswith(where)


def test_the_advice_is_a_shell_command_and_a_setting():
    assert problem(b"caf\xe9\n", "data/raw/my file.csv") == (
        "the header (line 1): byte 0xe9; if it was meant as WINDOWS-1252, run `iconv -f WINDOWS-1252 -t UTF-8 "
        "'data/raw/my file.csv' > 'data/raw/my file-utf8.csv'` and set prepare.source to data/raw/my file-utf8.csv"
    )


@pytest.mark.skipif(shutil.which("iconv") is None, reason="needs iconv")
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_advised_command_mends_the_file(encoding, tmp_path):
    (tmp_path / "my file.csv").write_bytes(TABLE.encode(encoding))
    command = problem(TABLE.encode(encoding), "my file.csv").split("`")[1]
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    assert decode((tmp_path / "my file-utf8.csv").read_bytes(), "my file-utf8.csv", row_in_csv) == TABLE
