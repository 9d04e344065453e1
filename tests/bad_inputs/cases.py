"""What users hand in, and the exact answer: one table of what is refused, one of what is accepted, one of params.

A file is 20 good rows and something else, unless the case needs less. Every case changes params.yaml as `PARAMS` does,
then as it says itself.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})

PARAMS = {
    "prepare.source": "data/raw/mine.csv",
    "prepare.group_column": None,
    "split.validation_fraction": 0.2,
    "split.train_size": None,
    "split.repeats": 2,
}
TEXTS = [
    "Rates rose again.", "The bank cut its forecast by half.", "Oil is up.", "Nobody expected such a quarter!",
    "Sales fell in Asia", "She resigned on Monday; shares followed.", "A record year for makers of chips.", "Layoffs",
    "Why did gold slide?", "Dividends will grow, says the board.", "Two plants close.", "Inflation fell to 2.1 percent",
    "Bond yields jumped", "Their merger was blocked in Brussels.", "Profit warning no. 3", "Exports doubled since May.",
    "The outlook: cloudy", "Investors cheer new chief.", "Wheat hits a low", "Strikes delay the trains once more.",
]  # fmt: skip


def rows(labels=("good", "bad"), header="text,label", more="", separator=",", extra=lambda number: ""):
    """Twenty texts, quoted, with these labels in turn, and `more` below."""
    lines = [f'"{text}"{separator}{labels[number % len(labels)]}{extra(number)}' for number, text in enumerate(TEXTS)]
    return "\n".join([header, *lines, more])


def parts(*names, labels=("good", "good", "bad", "bad"), more=""):
    """Twenty texts, with these given parts in turn."""
    return rows(labels, "text,label,part", more, extra=lambda number: f",{names[number % len(names)]}")


def groups(name, labels=("good", "bad"), more=""):
    """Twenty texts, the group of each named by a function of its number."""
    return rows(labels, "text,label,group", more, extra=lambda number: f",{name(number)}")


LINES = [
    json.dumps({"text": text, "label": ["good", "bad"][number % 2]}, ensure_ascii=False)
    for number, text in enumerate(TEXTS)
]


def jsonl(*lines):
    return "\n".join(lines) + "\n"


GROUPED = {"prepare.group_column": "group"}
GIVEN = {"prepare.split_column": "part"}
UNREADABLE = "data/raw/mine.csv cannot be read:\n  - "
UNUSABLE = "data/raw/mine.csv cannot be used (rows count from 1, below the header):\n  - "
NOT_UTF8 = "data/raw/mine.csv is not UTF-8:\n  - "
NO_TEXT = "data/raw/mine.csv is no text:\n  - "
MISTAKES = "params.yaml has mistakes, nothing was run:\n  - "
NO_YAML = "params.yaml is not valid YAML:\n  - "
NO_TEST = "The test part cannot be drawn:\n  - "
NO_VALIDATION = "The validation part cannot be drawn:\n  - "
NO_TRAIN = "The train part cannot be drawn:\n  - "
QUOTES = 'close it, and double the quotes inside of the cell, as in "She said ""no""."'
JSON = 'must hold one JSON object, for example {"text": "Good."}; '
EXPORT = "open it with what made it, and export it as text in UTF-8"
LOOKALIKE = "that differ only in case, spaces, invisible characters or a final .0; keep one of "
TOO_FEW = "each class needs at least 3 distinct texts: 1 to train on, 1 to validate and 1 to test; too few are of "
LOST = "; equal texts count once, and a text with several labels not at all"
GROUP_LESS = "group less (prepare.group_column, prepare.near_duplicate_similarity)"
NONE_LEFT = "has no row left to train on beside it and its groups"
KEEP_OR_DRAW = (
    "add one, leave the class out, or have the part drawn (prepare.split_column: null, and one file as prepare.source)"
)


def iconv(encoding, *also):
    return "\n  - ".join(
        [
            f"run `iconv -f {encoding} -t UTF-8 data/raw/mine.csv > data/raw/mine-utf8.csv` and set prepare.source to "
            "data/raw/mine-utf8.csv",
            *also,
            "keep data/raw/mine-utf8.csv with the project: run `dvc add data/raw/mine-utf8.csv && "
            "git add data/raw/mine-utf8.csv.dvc data/raw/.gitignore && git commit -m Data`",
        ]
    )


class Refused(NamedTuple):
    """A file, perhaps changes of params, and the message that ends the run."""

    name: str
    content: bytes | str
    message: str
    params: Mapping[str, Any] = NOTHING
    suffix: str = ".csv"


REFUSED = [
    # Encodings.
    Refused("windows-1252", rows(more="Café,good\n").encode("cp1252"),
            NOT_UTF8 + "row 21 (line 22): byte 0xe9; if it was meant as WINDOWS-1252, " + iconv("WINDOWS-1252")),
    Refused("latin-1 with a byte that windows-1252 lacks", rows(more="a\x81b,good\n").encode("latin-1"),
            NOT_UTF8 + "row 21 (line 22): byte 0x81; if it was meant as ISO-8859-1, " + iconv("ISO-8859-1")),
    Refused("one row of windows-1252 in UTF-8", (rows() + "Zürich,good\n").encode() + "Genève,bad\n".encode("cp1252"),
            NOT_UTF8 + "row 22 (line 23): byte 0xe8; all before it is UTF-8, so this is no other encoding but damage; "
            "mend the row"),
    Refused("a broken byte after a long text", b"text,label\n" + b"a" * 200_000 + b"\xe9,good\n",
            NOT_UTF8 + "row 1 (line 2): byte 0xe9; if it was meant as WINDOWS-1252, " + iconv(
                "WINDOWS-1252",
                "there must be at least 2 classes, and every row has label 'good'; check prepare.label_column")),
    Refused("windows-1252 with a short row",
            ("sep=;\r\ntext;label;Größe\r\nGood.;good;1,5\r\n;;\r\nBad.;bad\r\n").encode("cp1252"),
            NOT_UTF8 + "the header (line 2): byte 0xf6; if it was meant as WINDOWS-1252, " + iconv(
                "WINDOWS-1252",
                "row 2 (line 5): the header has 3 cells, this row 2; add what is missing, and put quotes around a cell "
                "that holds a line break")),
    Refused("UTF-16 without the column of texts", rows().replace("text,", "body,", 1).encode("utf-16"),
            NOT_UTF8 + "the header (line 1) begins as UTF-16 does; " + iconv(
                "UTF-16", "column 'text' is missing; there are 'body' and 'label'; set prepare.text_column to one of "
                "them")),
    Refused("cut within a character", rows(more="Café").encode()[:-1],
            NOT_UTF8 + "row 21 (line 22): byte 0xc3; the file ends within a character; copy or export it again"),
    Refused("line ends of old Macs", rows(more="Café,good\n").replace("\n", "\r").encode("cp1252"),
            NOT_UTF8 + "row 21 (line 22): byte 0xe9; if it was meant as WINDOWS-1252, " + iconv("WINDOWS-1252")),
    Refused("UTF-16 with a mark", rows().encode("utf-16"),
            NOT_UTF8 + "the header (line 1) begins as UTF-16 does; " + iconv("UTF-16")),
    Refused("UTF-16 without a mark", rows().encode("utf-16-be"),
            NOT_UTF8 + "the header (line 1) begins as UTF-16BE does; " + iconv("UTF-16BE")),
    Refused("UTF-32", rows().encode("utf-32"),
            NOT_UTF8 + "the header (line 1) begins as UTF-32 does; " + iconv("UTF-32")),
    Refused("an Excel file named csv", b"PK\x03\x04\x14\x00\x06\x00",
            NO_TEXT + f"it begins as a zip archive or a new Excel file does; {EXPORT}"),
    Refused("a gzip archive named csv", b"\x1f\x8b\x08\x00",
            NO_TEXT + f"it begins as a gzip archive does; {EXPORT}"),
    # NUL bytes.
    Refused("nothing but NUL bytes", b"\0" * 4096,
            NO_TEXT + "it holds NUL bytes only, as a file does that was not written to its end; copy or export it "
            "again"),
    Refused("a text of NUL bytes", rows(more="\0\0,good\n"),
            UNUSABLE + "column 'text' is empty or blank in row 21; fill it, or leave the row out"),
    Refused("a NUL byte in a label", rows(more="One more.,go\0od\n"),
            UNUSABLE + f"column 'label' spells one label in 2 ways {LOOKALIKE}'good' (rows 1, 3, 5, 7, 9 and 5 more) "
            "and 'go\\x00od' (row 21)"),
    # Quotes and line breaks.
    Refused("a quote that never closes", rows(more='"One more.,good\n'),
            UNREADABLE + f"row 21 (line 22): a cell opens with a quote that never closes; {QUOTES}"),
    Refused("a quote that closes too soon", rows(more='"One" more.,good\n'),
            UNREADABLE + f"row 21 (line 22): text follows the closing quote of a cell; {QUOTES}"),
    Refused("a quote that never closes in the header", 'text,"label\nGood.,a\n',
            UNREADABLE + f"header (line 1): a cell opens with a quote that never closes; {QUOTES}"),
    Refused("a comma in a text without quotes", rows(more="One, two,good\n"),
            UNREADABLE + "row 21 (line 22): the header has 2 cells, this row 3; put quotes around a cell that holds "
            "',' or a line break"),
    Refused("a line break in a text without quotes", rows(more="One\nmore,good\n"),
            UNREADABLE + "row 21 (line 22): the header has 2 cells, this row 1; add what is missing, and put quotes "
            "around a cell that holds a line break"),
    Refused("a row cut short after quoted line breaks", rows(more='"One\nmore",good\n\nTwo\n'),
            UNREADABLE + "row 22 (line 25): the header has 2 cells, this row 1; add what is missing, and put quotes "
            "around a cell that holds a line break"),
    # Delimiters and headers.
    Refused("two columns of one name", rows(header="text,label,text", extra=lambda number: ",x"),
            UNREADABLE + "header: columns 1 and 3 share the name 'text'; rename or remove them"),
    Refused("two columns that differ in spaces", rows(header="text,label, text", extra=lambda number: ",x"),
            UNREADABLE + "header: columns 1 and 3 share the name 'text'; rename or remove them"),
    Refused("columns without a name", rows(header="text,label,,", extra=lambda number: ",,"),
            UNREADABLE + "header: columns 3 and 4 share the name ''; rename or remove them"),
    Refused("no header", rows().partition("\n")[2],
            UNUSABLE + "column 'text' is missing; there are 'Rates rose again.' and 'good'; set prepare.text_column "
            "to one of them\n"
            "  - column 'label' is missing; there are 'Rates rose again.' and 'good'; set prepare.label_column to one "
            "of them\n"
            "  - if the first line is no header but a row, put a header above it"),
    Refused("no header and a text of 100,000 words", "word " * 100_000 + ",good\nBad.,bad\n",
            UNUSABLE + "column 'text' is missing; there are 'word word word word word word word word word word word "
            "word… and 'good'; set prepare.text_column to one of them\n"
            "  - column 'label' is missing; there are 'word word word word word word word word word word word word… "
            "and 'good'; set prepare.label_column to one of them\n"
            "  - if the first line is no header but a row, put a header above it"),
    Refused("another case", rows(header="Text,LABEL"),
            UNUSABLE + "column 'text' is missing; there are 'Text' and 'LABEL'; set prepare.text_column to 'Text'\n"
            "  - column 'label' is missing; there are 'Text' and 'LABEL'; set prepare.label_column to one of them\n"
            "  - if the first line is no header but a row, put a header above it"),
    # Too little.
    Refused("empty", "", "data/raw/mine.csv is empty, where rows are needed: copy or export it again."),
    Refused("a byte order mark only", b"\xef\xbb\xbf",
            "data/raw/mine.csv is empty, where rows are needed: copy or export it again."),
    Refused("blank lines only", " \n\n\t\n",
            "data/raw/mine.csv is empty, where rows are needed: copy or export it again."),
    Refused("quotes around nothing", '""\n""\n',
            "data/raw/mine.csv is empty, where rows are needed: copy or export it again."),
    Refused("objects without keys", jsonl("{}", "{}"),
            "data/raw/mine.jsonl is empty, where rows are needed: copy or export it again.", suffix=".jsonl"),
    Refused("header only", "text,label\n",
            "data/raw/mine.csv has columns ('text' and 'label') and no rows: add rows, or copy or export it again."),
    Refused("one row", "text,label\nGood.,a\n",
            UNUSABLE + "there must be at least 2 classes, and every row has label 'a'; check prepare.label_column"),
    Refused("one class", rows(labels=["good"]),
            UNUSABLE + "there must be at least 2 classes, and every row has label 'good'; check prepare.label_column"),
    Refused("a class of one row", rows(more="One more.,odd\n"),
            UNUSABLE + TOO_FEW + "'odd' (1 of 1 rows); add rows or leave the class out"),
    Refused("labels without a text", rows(more=",good\nOne.,\n \u200b,bad\n"),
            UNUSABLE + "column 'text' is empty or blank in rows 21 and 23; fill it, or leave the row out"),
    Refused("no labels at all", "text,label\nGood.,\nBad.,\n",
            UNUSABLE + "no row has a label that holds; check prepare.label_column"),
    Refused("all rows identical", "text,label\n" + "Same.,good\n" * 20,
            UNUSABLE + "there must be at least 2 classes, and every row has label 'good'; check prepare.label_column"),
    Refused("all texts identical", "text,label\n" + "Same.,good\nSame.,bad\n" * 10,
            UNUSABLE + TOO_FEW + f"'bad' (0 of 10 rows) and 'good' (0 of 10 rows){LOST}; add rows or leave the class "
            "out"),
    Refused("few distinct texts", rows(more="One more.,odd\n" * 5),
            UNUSABLE + TOO_FEW + f"'odd' (1 of 5 rows){LOST}; add rows or leave the class out"),
    Refused("too few rows for train_per_class", rows(),
            UNUSABLE + "each class needs at least 12 distinct texts: 10 to train on, 1 to validate and 1 to test; too "
            "few are of 'bad' (10 of 10 rows) and 'good' (10 of 10 rows); add rows or leave the class out, or lower "
            "split.train_per_class from 10", {"split.train_per_class": 10}),
    # Labels.
    Refused("500 classes of one row", "text,label\n" + "".join(f"Text {n}.,class {n}\n" for n in range(500)),
            UNUSABLE + "each class needs at least 3 texts, and there are 500 different labels in 500 rows, as of "
            "texts or measurements; check prepare.label_column"),
    Refused("500 classes of three rows", "text,label\n" + "".join(f"{n} {n * 7919},c{n // 3}\n" for n in range(1500)),
            NO_VALIDATION + "split.validation_fraction: 0.2 of 1000 rows asked, but the nearest with every class are "
            "500 rows: use 0.5, or add rows", {"prepare.near_duplicate_similarity": 1}),
    Refused("labels of 1.0 and 1", rows(labels=["1", "1.0", "0"]),
            UNUSABLE + f"column 'label' spells one label in 2 ways {LOOKALIKE}'1' (rows 1, 4, 7, 10, 13 and 2 more) "
            "and '1.0' (rows 2, 5, 8, 11, 14 and 2 more)"),
    Refused("booleans in two spellings", rows(labels=["True", "true", "False"]),
            UNUSABLE + f"column 'label' spells one label in 2 ways {LOOKALIKE}'True' (rows 1, 4, 7, 10, 13 and 2 "
            "more) and 'true' (rows 2, 5, 8, 11, 14 and 2 more)"),
    Refused("a label with an invisible character", rows(more="One more.,good\u200b\n"),
            UNUSABLE + f"column 'label' spells one label in 2 ways {LOOKALIKE}'good' (rows 1, 3, 5, 7, 9 and 5 more) "
            "and 'good\\u200b' (row 21)"),
    Refused("the label column is the text column", rows(),
            MISTAKES + "prepare: text_column and label_column name one column, 'text': each must name another",
            {"prepare.label_column": "text"}),
    Refused("the label column holds texts", "label,text\n" + "".join(f"Text {n}.,Other {n}.\n" for n in range(30)),
            UNUSABLE + "each class needs at least 3 texts, and there are 30 different labels in 30 rows, as of texts "
            "or measurements; check prepare.label_column"),
    Refused("a list for a label", jsonl('{"text": "Good.", "label": ["a", "b"]}', '{"text": "Bad.", "label": "a"}'),
            "data/raw/mine.jsonl cannot be used (rows count from 1, below the header):\n  - column 'label' holds "
            "several labels for one text in row 1, as ['a', 'b']; a text is trained with one label: keep one of them\n"
            "  - there must be at least 2 classes, and every row has label 'a'; check prepare.label_column",
            suffix=".jsonl"),
    # JSON and Parquet.
    Refused("lines that are no objects", jsonl('{"text": "Good."', "[1]", '{"a": 1, "a": 2}', "[" * 100_000),
            f"data/raw/mine.jsonl cannot be read:\n  - line 1: {JSON}Expecting ',' delimiter: line 1 column 17 (char "
            f"16)\n  - line 2: {JSON}found '[1]'\n  - line 3: {JSON}columns 1 and 2 share the name 'a'; rename or "
            f"remove them\n  - line 4: {JSON}found lists in lists without end", suffix=".jsonl"),
    Refused("no Parquet", rows(),
            "data/raw/mine.parquet cannot be read:\n  - it is not a whole parquet file (Parquet magic bytes not found "
            "in footer. Either the file is corrupted or this is not a parquet file.); write or copy it again",
            suffix=".parquet"),
    Refused("an unknown suffix", rows(),
            "data/raw/mine.ods must end in one of .csv, .tsv, .jsonl, .json, .parquet, .xlsx; found .ods: save it as "
            "one of them.", suffix=".ods"),
    Refused("no workbook", rows(),
            "data/raw/mine.xlsx cannot be read:\n  - it is not a whole workbook (File is not a zip file); save or copy "
            "it again", suffix=".xlsx"),
    # Groups and given parts.
    Refused("one group", groups(lambda number: "all"),
            NO_TEST + "groups with class 'bad': 1 (rows: 10), but test, validation and train need one each: add rows, "
            f"leave the class out, or {GROUP_LESS}\n"
            "  - groups with class 'good': 1 (rows: 10), but test, validation and train need one each: add rows, "
            f"leave the class out, or {GROUP_LESS}", GROUPED),
    Refused("two large groups", groups(lambda number: "AB"[number % 4 > 1]),
            NO_TEST + "groups with class 'bad': 2 (rows: 10), but test, validation and train need one each: add rows, "
            f"leave the class out, or {GROUP_LESS}\n"
            "  - groups with class 'good': 2 (rows: 10), but test, validation and train need one each: add rows, "
            f"leave the class out, or {GROUP_LESS}", GROUPED),
    Refused("groups too large for the part", groups(lambda number: f"group {number // 4}"),
            NO_TEST + "split.test_fraction: 0.05 of 20 rows asked, but the nearest whole groups with every class hold "
            f"4 rows: use 0.2, or {GROUP_LESS}", GROUPED | {"split.test_fraction": 0.05}),
    Refused("a missing group column", rows(),
            UNUSABLE + "column 'article' is missing; there are 'text' and 'label'; set prepare.group_column to one of "
            "them or to null", {"prepare.group_column": "article"}),
    Refused("parts of other names", parts("Train", "dev", "Test"),
            UNUSABLE + "column 'part' must be train, validation, test or empty; found 'Train', 'dev' and 'Test' in "
            "rows 1, 2, 3, 4, 5 and 15 more; rename it", GIVEN),
    Refused("nothing but test", parts("test"),
            f"The given test part cannot be kept as it is:\n  - class 'bad' {NONE_LEFT}: "
            f"{KEEP_OR_DRAW}\n  - class 'good' {NONE_LEFT}: {KEEP_OR_DRAW}", GIVEN),
    Refused("nothing but validation", parts("validation"),
            NO_TEST + "groups with class 'bad' outside of the groups of the given validation part: 0 (rows: 0), but "
            f"test and train need one each: add rows, leave the class out, or {GROUP_LESS}\n"
            "  - groups with class 'good' outside of the groups of the given validation part: 0 (rows: 0), but "
            f"test and train need one each: add rows, leave the class out, or {GROUP_LESS}", GIVEN),
    Refused("a given test part without a class", parts("test", "test", "train", "train"),
            f"The given test part cannot be kept as it is:\n  - class 'bad' has no row in the given test part: "
            f"{KEEP_OR_DRAW}\n  - class 'good' {NONE_LEFT}: {KEEP_OR_DRAW}", GIVEN),
    Refused("a given validation part without a class", parts("validation", "train", "train", "train"),
            f"The given validation part cannot be kept as it is:\n  - class 'bad' has no row in the given validation "
            f"part: {KEEP_OR_DRAW}", GIVEN),
    Refused("what needs validation rows, where a test part alone is given", parts("train", "test"),
            MISTAKES + "evaluate.temperature_scaling (true) is fitted to validation rows, and there are none "
            "(split.validation_fraction is 0); set it to null or false, or split.validation_fraction above 0",
            GIVEN | {"split.validation_fraction": 0, "evaluate.temperature_scaling": True,
                     "finetune.early_stopping.min_epochs": None}),
    Refused("a rotation of a given test part", parts("train", "test"),
            "The test parts cannot be drawn:\n  - split.rotate tests every row once, but the source gives a test part, "
            "by prepare.split_column or by a file of its own: set split.rotate to null; or set prepare.split_column to "
            "null, or put all rows into one file", GIVEN | {"split.rotate": 2}),
    # What the split cannot give.
    Refused("fewer rows to train on than classes", rows(labels=["a", "b", "c"]),
            NO_TRAIN + "split.train_size: 2 asked, but 3 classes need a row each: use at least 3",
            {"split.train_size": 2}),
    Refused("more rows per class to train on than are left", rows(),
            NO_TRAIN + "split.train_per_class: 8 asked, but repeat 0 leaves 5 rows of class 'bad' for training beside "
            "validation: use at most 5, or null for all", {"split.train_per_class": 8}),
    Refused("a hair of test rows", rows(),
            NO_TEST + "split.test_fraction: 0.001 of 20 rows asked, but the nearest with every class are 2 rows: use "
            "0.1, or add rows", {"split.test_fraction": 0.001}),
    # Two mistakes at once, and more.
    Refused("a mistake in the file and two in the params", rows(more="One more.,Good\n"),
            UNUSABLE + "column 'txt' is missing; there are 'text' and 'label'; set prepare.text_column to 'text'\n"
            "  - column 'fold' is missing; there are 'text' and 'label'; set prepare.split_column to one of them or to "
            "null\n"
            f"  - column 'label' spells one label in 2 ways {LOOKALIKE}'good' (rows 1, 3, 5, 7, 9 and 5 more) and "
            "'Good' (row 21)",
            {"prepare.text_column": "txt", "prepare.split_column": "fold"}),
    Refused("two mistakes in a file", rows(more=",good\nOne more.,Good\n"),
            UNUSABLE + "column 'text' is empty or blank in row 21; fill it, or leave the row out\n"
            f"  - column 'label' spells one label in 2 ways {LOOKALIKE}'good' (rows 1, 3, 5, 7, 9 and 6 more) and "
            "'Good' (row 22)"),
    Refused("two mistakes in the form of a file", rows(header="text,text", more="One\n"),
            UNREADABLE + "header: columns 1 and 2 share the name 'text'; rename or remove them\n"
            "  - row 21 (line 22): the header has 2 cells, this row 1; add what is missing, and put quotes around a "
            "cell that holds a line break"),
    Refused("mistakes in three sections", rows(),
            MISTAKES + "split.repeats: must be a whole number, at least 1; got 0\n"
            "  - augment.methods.0: must be one of synonym, spelling, swap, delete, insert, keyboard, ocr, split; got "
            "'synonyms'; did you mean synonym?\n"
            "  - finetune.early_stopping.monitor: must be one of loss, accuracy, macro_f1; got 'losses'; did you mean "
            "loss?",
            {"split.repeats": 0, "augment.methods": ["synonyms"], "finetune.early_stopping.monitor": "losses"}),
]  # fmt: skip


class Accepted(NamedTuple):
    """A file, perhaps changes of params, and what metrics/data.json says of it; `text` is the text of row 21."""

    name: str
    content: bytes | str
    text: str | None = None
    counts: Mapping[str, Any] = NOTHING
    params: Mapping[str, Any] = NOTHING
    suffix: str = ".csv"


EVEN = {"bad": 10, "good": 10}
REASONS = ("duplicates", "duplicates_across_parts", "conflicting_labels", "outvoted", "unlabelled", "taken_back")
DROPPED = dict.fromkeys(REASONS, 0)
ONE_MORE = {"rows_read": 21, "rows_kept": 21}

ACCEPTED = [
    Accepted("a byte order mark", b"\xef\xbb\xbf" + rows().encode(), counts={"rows_read": 20, "classes": EVEN}),
    Accepted("two byte order marks", b"\xef\xbb\xbf" * 2 + rows().encode(), counts={"classes": EVEN}),
    Accepted("line ends of Windows", rows().replace("\n", "\r\n"), counts={"rows_read": 20, "classes": EVEN}),
    Accepted("line ends of old Macs", rows().replace("\n", "\r"), counts={"rows_read": 20, "classes": EVEN}),
    Accepted("semicolons", rows(header="text;label", separator=";"), counts={"rows_read": 20, "classes": EVEN}),
    Accepted("tabs in a csv", rows(header="text\tlabel", separator="\t"), counts={"classes": EVEN}),
    Accepted("rows of commas", rows(more=",\n,\nOne more.,good\n,\n"), "One more.", ONE_MORE),
    Accepted("more rows to train on asked than there are", rows(), counts={"rows_kept": 20},
             params={"split.train_size": 400}),
    Accepted("a row without a label", rows(more="One more.,good\nAnother one.,\n"), "One more.",
             {"rows_read": 22, "rows_dropped": DROPPED | {"unlabelled": 1}}),
    Accepted("lists of one label", jsonl(*(line.replace('"good"', '["good"]').replace('"bad"', '["bad"]')
                                           for line in LINES)), counts={"classes": EVEN}, suffix=".jsonl"),
    Accepted("one JSON list", f"[{','.join(LINES)}]", counts={"classes": EVEN}, suffix=".json"),
    Accepted("spaces around names and labels", rows([" good", "bad "], " text , label "), counts={"classes": EVEN}),
    Accepted("a space before a quote", rows(more='One more., "good"\n'), "One more.", {"classes": EVEN | {"good": 11}}),
    Accepted("blank lines", rows(more="\n  \nOne more.,good\n\n \n"), "One more.", ONE_MORE),
    Accepted("a column without a name", rows(header="text,label,", extra=lambda number: f",{number}")),
    Accepted("NUL bytes in a text", rows(more="One\0 m\0ore.,good\n"), "One more.",
             ONE_MORE | {"control_characters_dropped": 2}),
    Accepted("quotes, commas and line breaks in a cell", rows(more='"She said ""no"",\r\nand left.",good\n'),
             'She said "no", and left.', ONE_MORE),
    Accepted("quotes within a cell", rows(more='She said "no".,good\n'), 'She said "no".', ONE_MORE),
    Accepted("words for nothing", rows(more="None,good\n"), "None", ONE_MORE),
    Accepted("emoji", rows(more="Up 👨‍👩‍👧 🎉🎉,good\n"), "Up 👨‍👩‍👧 🎉🎉", ONE_MORE),
    Accepted("emoji as labels", rows(["👍", "👎"]), counts={"classes": {"👍": 10, "👎": 10}}),
    Accepted("right-to-left text", rows(more="השוק עלה היום,good\n"), "השוק עלה היום", ONE_MORE),
    Accepted("only punctuation", rows(more="?!...,good\n"), "?!...", ONE_MORE),
    Accepted("nothing but punctuation",
             "text,label\n" + "".join(f"{'?!.;:'[n % 5] * (n + 1)},{n % 2}\n" for n in range(20)),
             counts={"rows_kept": 20, "classes": {"0": 10, "1": 10}}),
    Accepted("nothing but emoji", "text,label\n" + "".join(f"{chr(0x1F600 + n)},{n % 2}\n" for n in range(20)),
             counts={"rows_kept": 20, "classes": {"0": 10, "1": 10}}),
    Accepted("accents in two parts", rows(more="Cafe\u0301,good\n"), "Caf\u00e9", ONE_MORE),
    Accepted("half an emoji", jsonl(*LINES, '{"text": "Up \\ud83d up.", "label": "good"}'), "Up up.",
             ONE_MORE | {"control_characters_dropped": 1}, suffix=".jsonl"),
    Accepted("texts of 100,000 words", rows(more=" ".join(map(str, range(100_000))) + ",good\n"
                                            + " ".join(map(str, range(1, 100_001))) + ",bad\n"),
             " ".join(map(str, range(100_000))),
             {"rows_kept": 22, "near_duplicates": {"groups": 1, "rows": 2},
              "words": {"least": 1, "q05": 3, "median": 4, "q95": 100_000, "most": 100_000}}),
    Accepted("500 classes", "text,label\n" + "".join(f"{n} {n * 7919},c{n // 4}\n" for n in range(2000)),
             counts={"rows_kept": 2000, "classes": {f"c{n}": 4 for n in sorted(range(500), key=str)}},
             params={"prepare.near_duplicate_similarity": 1, "split.validation_fraction": 0.4}),
    Accepted("labels with leading zeros", rows(["01", "1", "001", "10"]),
             counts={"classes": {"001": 5, "01": 5, "1": 5, "10": 5}}),
    Accepted("fractions as labels", rows(["1.0", "0.0"]), counts={"classes": {"0.0": 10, "1.0": 10}}),
    Accepted("numbers as labels in JSON", jsonl(*[line.replace('"good"', "1").replace('"bad"', "2.0")
                                                  for line in LINES], '{"text": "One more.", "label": 1.0}'),
             "One more.", {"classes": {"1": 11, "2": 10}}, suffix=".jsonl"),
    Accepted("a number of 5,000 digits as a text", jsonl(*LINES, f'{{"text": {"9" * 5000}, "label": "good"}}'),
             "9" * 5000, ONE_MORE, suffix=".jsonl"),
    Accepted("booleans as labels", rows(["True", "False"]), counts={"classes": {"False": 10, "True": 10}}),
    Accepted("booleans as labels in JSON", jsonl(*(line.replace('"good"', "true").replace('"bad"', "false")
                                                   for line in LINES)),
             counts={"classes": {"false": 10, "true": 10}}, suffix=".jsonl"),
    Accepted("labels with slashes, markup and dots", rows(["../../a", "</script><b>", "a.b"]),
             counts={"classes": {"../../a": 7, "</script><b>": 7, "a.b": 6}}),
    Accepted("duplicates", rows(more="Layoffs,bad\n Layoffs ,bad\n"),
             counts={"rows_read": 22, "rows_kept": 20,
                     "rows_dropped": DROPPED | {"duplicates": 2}}),
    Accepted("conflicting labels", rows(more="Same.,good\nSame.,bad\nSame.,good\n"),
             counts={"rows_read": 23, "rows_kept": 20,
                     "rows_dropped": DROPPED | {"conflicting_labels": 3},
                     "conflicts": [{"text": "Same.", "rows": [21, 22, 23], "labels": ["good", "bad", "good"]}]}),
    Accepted("one text in two given parts", parts("test", "train", "validation", labels=["good", "bad"],
                                                  more="Same.,good,train\nSame.,good,test\nSame.,good,\n"),
             counts={"rows_read": 23, "rows_kept": 21,
                     "rows_dropped": DROPPED | {"duplicates_across_parts": 2},
                     "leaks": [{"text": "Same.", "rows": [21, 22, 23], "parts": ["train", "test", "train"]}]},
             params=GIVEN),
    Accepted("given parts without test", parts("train", "validation", labels=["good", "good", "bad", "bad"]),
             counts={"rows_kept": 20}, params=GIVEN),
    Accepted("empty groups", groups(lambda number: "", more="One more.,good,\n"), "One more.",
             ONE_MORE | {"groups": {"number": 21, "largest": 1}}, GROUPED),
]  # fmt: skip


METHODS = "synonym, spelling, swap, delete, insert, keyboard, ocr, split"


class Settings(NamedTuple):
    """Changes of params.yaml, and the message."""

    name: str
    changes: dict[str, Any]
    message: str


SETTINGS = [
    Settings("both ways to train on less", {"split.train_size": 400, "split.train_per_class": 8},
             "split: train_size (400) and train_per_class (8) exclude each other; set one of them to null"),
    Settings("three columns of one name", dict.fromkeys(
                 ["prepare.text_column", "prepare.group_column", "prepare.split_column"], "text"),
             "prepare: text_column, group_column and split_column name one column, 'text': each must name another"),
    Settings("an unknown method", {"augment.methods": ["swap", "antonym"]},
             f"augment.methods.1: must be one of {METHODS}; got 'antonym'; did you mean synonym?"),
    Settings("a method twice", {"augment.methods": ["swap", "swap"]},
             "augment.methods: each method at most once; repeated: swap"),
    Settings("a pattern that is none", {"augment.protect": ["/(/"]},
             "augment.protect: '/(/' is not a valid pattern: missing ), unterminated subpattern at position 0"),
    Settings("a sentence without a class", {"augment.class_sentence": "This text is good."},
             'augment.class_sentence: must have {} once, where the name of the class goes, such as "This text is {}."'),
    Settings("a sentence with two classes", {"augment.class_sentence": "{} or {}"},
             'augment.class_sentence: must have {} once, where the name of the class goes, such as "This text is {}."'),
    Settings("sentences in a list", {"augment.class_sentence": ["This is {}."]},
             "augment.class_sentence: must be text, or null; got ['This is {}.']"),
    Settings("a number to protect", {"augment.protect": ["rates", 2026]},
             "augment.protect.1: must be text; got 2026; put it in quotes"),
    Settings("a source above the project", {"prepare.source": "../../x.csv"},
             "prepare.source: must be a file below the project's folder; found '../../x.csv'; copy it to data/raw"),
    Settings("a source through a folder and out again", {"prepare.source": "data/../../x.csv"},
             "prepare.source: must be a file below the project's folder; found 'data/../../x.csv'; copy it to "
             "data/raw"),
    Settings("a source from the root", {"prepare.source": "/etc/passwd"},
             "prepare.source: must be a file below the project's folder; found '/etc/passwd'; copy it to data/raw"),
    Settings("a source at home", {"prepare.source": "~/reviews.csv"},
             "prepare.source: must be a file below the project's folder; found '~/reviews.csv'; copy it to data/raw"),
    Settings("an address as source", {"prepare.source": "s3://bucket/reviews.csv"},
             "prepare.source: must be a file of the project; found the address 's3://bucket/reviews.csv'; `dvc "
             "import-url` brings it"),
    Settings("a source with an escape sequence", {"prepare.source": "data/\x1b[2J.csv"},
             "prepare.source: must be a path of printable characters; found 'data/\\x1b[2J.csv'; rename the file"),
    Settings("an L2 on layers that are all frozen", {
                 "finetune.freeze": -1, "finetune.contrastive": 0, "finetune.encoder_l2": 0.01},
             "finetune: encoder_l2 (0.01) acts on the layers that are trained, and freeze (-1) leaves none; freeze "
             "less, or set encoder_l2 to 0.0"),
    Settings("more that needs trained layers", {
                 "finetune.freeze": -1, "finetune.layer_decay": 0.9, "finetune.encoder_dropout": 0.2,
                 "finetune.lora_rank": 4},
             "finetune: contrastive (0.9) acts on the layers that are trained, and freeze (-1) leaves none; freeze "
             "less, or set contrastive to 0.0\n"
             "  - finetune: lora_rank (4) acts on the layers that are trained, and freeze (-1) leaves none; freeze "
             "less, or set lora_rank to 0\n"
             "  - finetune: encoder_dropout (0.2) acts on the layers that are trained, and freeze (-1) leaves none; "
             "freeze less, or set encoder_dropout to null\n"
             "  - finetune: layer_decay (0.9) acts on the layers that are trained, and freeze (-1) leaves none; freeze "
             "less, or set layer_decay to 1.0"),
    Settings("no epoch left to unfreeze a layer", {"finetune.gradual_unfreezing": 8},
             "finetune: gradual_unfreezing (8) trains the head alone for that many epochs, and there are only 8 "
             "(epochs); raise epochs, or lower it"),
    Settings("R-Drop without dropout", {"finetune.r_drop": 1, "finetune.dropout": 0, "finetune.encoder_dropout": 0},
             "finetune: r_drop (1.0) compares two passes that differ by dropout, and there is none; raise dropout or "
             "encoder_dropout"),
    Settings("a margin in percent", {"finetune.class_sentence_margin": 15},
             "finetune.class_sentence_margin: must be a number, at least 0, at most 1; got 15"),
    Settings("draws of no dropout", {"finetune.dropout_samples": 8, "finetune.dropout": 0, "finetune.mixup": 0.2},
             "finetune: dropout_samples (8) and mixup (0.2) exclude each other: one trains on texts, the other on "
             "mixtures of them; set dropout_samples to 1 or mixup to 0.0\n"
             "  - finetune: dropout_samples (8) draws dropout so many times, and dropout is 0; raise dropout, or set "
             "dropout_samples to 1"),
    Settings("nothing to mix with", {"finetune.batch_size": 1, "finetune.mixup": 0.2, "finetune.contrastive": 0.5},
             "finetune: mixup (0.2) needs other texts in the batch, and batch_size is 1; raise it\n"
             "  - finetune: contrastive (0.5) needs other texts in the batch, and batch_size is 1; raise it"),
    Settings("a floor above the ceiling", {"finetune.early_stopping.min_epochs": 9},
             "finetune: early_stopping.min_epochs (9) is more than epochs (8); lower it"),
    Settings("mixtures compared with themselves", {"finetune.mixup": 0.2, "finetune.r_drop": 1.0},
             "finetune: mixup (0.2) and r_drop (1.0) exclude each other: one trains on mixtures, the other on two "
             "passes of the same text; set mixup to 0.0 or r_drop to 0.0"),
    Settings("a pull to weights that do not move", {"finetune.lora_rank": 4, "finetune.l2_sp": 0.1},
             "finetune: l2_sp (0.1) and lora_rank (4) exclude each other: with LoRA the pre-trained weights stay as "
             "they are; set l2_sp to 0.0 or lora_rank to 0"),
    Settings("a pull to weights that were thrown away", {"finetune.reinit_layers": 1, "finetune.l2_sp": 0.1},
             "finetune: l2_sp (0.1) and reinit_layers (1) exclude each other: one throws away the weights that the "
             "other pulls to; set l2_sp to 0.0 or reinit_layers to 0"),
    Settings("a probe of random layers", {"finetune.reinit_layers": 1, "finetune.head_init": "probe"},
             "finetune: reinit_layers (1) and head_init (probe) exclude each other: the probe would see random layers; "
             "set reinit_layers to 0 or head_init to random"),
    Settings("a class that weighs nothing", {"finetune.class_weight": {"good": 1, "bad": 0}},
             "finetune.class_weight.bad: must be a number, above 0; got 0"),
    Settings("a class that YAML reads as a number", {"finetune.class_weight": {1: 2.0}},
             "finetune.class_weight.1: a name must be text; put it in quotes, or give it by "
             "`-S '++finetune.class_weight.1=...'`, with a number"),
    Settings("no section", {"evaluate": None},
             "evaluate: must hold the keys confidence, temperature_scaling; got null"),
    Settings("keys of earlier versions", {"evaluate.bootstrap_samples": 2000, "finetune.temperature_scaling": False},
             "finetune.temperature_scaling: is evaluate.temperature_scaling now, as it retrains nothing; move the line "
             "there\n"
             "  - evaluate.bootstrap_samples: is no longer needed: the band of the reliability plot is worked out as "
             "all other intervals; remove the line"),
    Settings("a section that is a list", {"tokenize": ["preset"]},
             "tokenize: must hold the keys preset, prefix, max_length; got ['preset']"),
    Settings("a key that is a number", {"tokenize": {"preset": "x", "prefix": None, "max_length": 9, 5: 6}},
             "tokenize.5: a key must be text; known are preset, prefix, max_length"),
    Settings("what needs validation rows, without any",
             {"split.validation_fraction": 0, "evaluate.temperature_scaling": True},
             "finetune.early_stopping.min_epochs (1) is less than finetune.epochs (8): validation rows would choose "
             "where to stop, and there are none (split.validation_fraction is 0); set "
             "finetune.early_stopping.min_epochs to null, or split.validation_fraction above 0\n"
             "  - evaluate.temperature_scaling (true) is fitted to validation rows, and there are none "
             "(split.validation_fraction is 0); set it to null or false, or split.validation_fraction above 0"),
    Settings("a key of another section", {"split.dropout": 0.1},
             "split.dropout: unknown key; known are seed, test_fraction, validation_fraction, train_size, "
             "train_per_class, repeats, rotate"),
    Settings("an unknown section", {"fine-tune": {}}, "fine-tune: unknown section; did you mean finetune?"),
]  # fmt: skip


class Text(NamedTuple):
    """What the whole of params.yaml is, made of what it was, and the message."""

    name: str
    change: tuple[str, str]  # old, new; nothing old is all of it
    message: str


SECTIONS = "params.yaml must hold the sections prepare, split, augment, tokenize, finetune, evaluate; it holds "

WHOLE = [
    Text("empty", ("", ""), SECTIONS + "nothing."),
    Text("a list", ("", "- a\n- b\n"), SECTIONS + "['a', 'b']."),
    Text("a word", ("", "hello\n"), SECTIONS + "'hello'."),
    Text("a tab", ("  seed: ", "\tseed: "),
         NO_YAML + "line 12, column 1: while scanning for the next token, found character '\\t' that cannot start any "
         "token"),
    Text("a key twice", ("  seed: ", "  seed: 1\n  seed: "),
         NO_YAML + 'line 13, column 3: while constructing a mapping, found duplicate key "seed" with value "20261" '
         '(original value: "1")'),
    Text("a Python object", ("seed: 20261", "seed: !!python/object/apply:os.system ['echo']"),
         NO_YAML + "line 12, column 9: could not determine a constructor for the tag "
         "'tag:yaml.org,2002:python/object/apply:os.system'"),
    Text("two documents", ("evaluate:", "---\nevaluate:"),
         NO_YAML + "line 83, column 1: expected a single document in the stream, but found another document"),
    Text("a control character", ("seed: ", "seed: \x07"),
         NO_YAML + "unacceptable character #x0007: special characters are not allowed; remove it"),
    Text("windows-1252", ("few-shot", "few–shot"),
         "params.yaml is not UTF-8:\n  - line 16: byte 0x96; save the file as UTF-8"),
    Text("a date", ("text_column: text", "text_column: 2026-11-30"),
         MISTAKES + "prepare.text_column: must be text, not empty; got 2026-11-30; put it in quotes"),
]  # fmt: skip
