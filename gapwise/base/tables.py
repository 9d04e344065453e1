"""The tables that stages hand to each other, as contracts that are checked whenever one is read."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray
from pandera.typing import Series

CLASS_SENTENCE = "-class"  # that the `text_id` of a class sentence ends in


class Table(pa.DataFrameModel):
    """A table whose columns are exactly those declared, in any row order."""

    class Config:
        """Strict: an undeclared column is a mistake."""

        strict = True


class Texts(Table):
    """data/dataset.parquet, data/development.parquet and data/test.parquet: one row per distinct text.

    With `split.rotate`, the last two both hold all texts, and data/repeats.parquet says which are tested in a repeat.

    Columns:
        text_id: First 16 hex digits of the SHA-256 of the text; unique.
        row: Data row of the source file that the text came from, counted from 1.
        text: Normalized text, never empty.
        label: Name of the class.
        group: Texts of one group never straddle train, validation and test: the user's groups, joined with
            near-duplicates.
        part: `train`, `validation` or `test` where `prepare.split_column` gives it, else null.
    """

    text_id: Series[str] = pa.Field(unique=True, str_matches=r"^[0-9a-f]{16}$")
    row: Series[int] = pa.Field(ge=1)
    text: Series[str] = pa.Field(str_length={"min_value": 1})
    label: Series[str] = pa.Field(str_length={"min_value": 1})
    group: Series[str]
    part: Series[str] = pa.Field(nullable=True, isin=["train", "validation", "test"])


class Repeats(Table):
    """data/repeats.parquet: which development text is in which part of which repeat; one row per use.

    Columns:
        repeat: From 0.
        text_id: A text of data/development.parquet; at most once in a repeat.
        part: `train` or `validation`; with `split.rotate`, which gives each repeat a test part of its own, also `test`.
    """

    repeat: Series[int] = pa.Field(ge=0)
    text_id: Series[str]
    part: Series[str] = pa.Field(isin=["train", "validation", "test"])

    class Config:
        """Strict, and a text has one part in a repeat."""

        strict = True
        unique = ["repeat", "text_id"]  # noqa: RUF012 -- pandera reads a plain list


class Variants(Table):
    """data/augmented.parquet: variants of development texts that some repeat trains on.

    Columns:
        text_id: `<source_id>-<variant>`, of a class sentence `<source_id>-class`; unique.
        source_id: The text that it varies. A variant is trained on only where its source is in train.
        variant: From 0 to `augment.variants` - 1; a class sentence has the number after these.
        method: One of `augment.methods`, or `class_sentence`.
        text: The changed text, or the sentence.
    """

    text_id: Series[str] = pa.Field(unique=True)
    source_id: Series[str]
    variant: Series[int] = pa.Field(ge=0)
    method: Series[str]
    text: Series[str] = pa.Field(str_length={"min_value": 1})


class Tokens(Table):
    """data/tokens/*.parquet: the token ids of each text and variant.

    Columns:
        text_id: A text or a variant; unique.
        source_id: The text that it varies; the `text_id` itself for a text.
        token_ids: Array of int32, from 1 to `tokenize.max_length` long, start and end tokens included, no padding.
    """

    text_id: Series[str] = pa.Field(unique=True)
    source_id: Series[str]
    token_ids: Series[object]


class Predictions(pa.DataFrameModel):
    """data/predictions.parquet: one row per repeat and text, with one more column `p_<class>` per class.

    Columns:
        repeat: From 0.
        text_id: The text.
        part: `train`, `validation` or `test` of this repeat.
        label: Its true class.
        predicted: The class with the highest probability.
        p_<class>: Probability of the class, in [0, 1]; a row's probabilities sum to 1.
    """

    repeat: Series[int] = pa.Field(ge=0)
    text_id: Series[str]
    part: Series[str] = pa.Field(isin=["train", "validation", "test"])
    label: Series[str]
    predicted: Series[str]
    probabilities: Series[float] = pa.Field(alias=r"^p_.+$", regex=True, ge=0, le=1)

    class Config:
        """Strict, and a text is predicted once in a repeat."""

        strict = True
        unique = ["repeat", "text_id"]  # noqa: RUF012 -- pandera reads a plain list


class BaselinePredictions(Predictions):
    """data/baseline_predictions.parquet: `Predictions` of every baseline on the same repeats.

    Columns:
        baseline: Its name; `baselines.catalogue` lists them.
    """

    baseline: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Strict, and a baseline predicts a text once in a repeat."""

        strict = True
        unique = ["baseline", "repeat", "text_id"]  # noqa: RUF012 -- pandera reads a plain list


def are_class_sentences(text_ids: "pd.Series[str]") -> NDArray[np.bool_]:
    """Tells which texts and variants are class sentences, by their `text_id`."""
    return text_ids.str.endswith(CLASS_SENTENCE).to_numpy(np.bool_)


def is_validated(rows: pd.DataFrame) -> bool:
    """Tells whether a table with a column `part` has validation rows."""
    return bool((rows["part"] == "validation").any())


def rows_per_class(development: pd.DataFrame, repeats: pd.DataFrame) -> float:
    """Gives the rows that a repeat trains on, of the one that has the fewest, divided by the number of classes.

    Args:
        development: `Texts`.
        repeats: `Repeats`.
    """
    train = repeats[repeats["part"] == "train"]
    return float(train.groupby("repeat").size().min() / development["label"].nunique())


def parts_of(repeats: pd.DataFrame, repeat: int) -> "pd.Series[str]":
    """Gives the part of each text that one repeat uses, by `text_id`.

    Args:
        repeats: `Repeats`.
        repeat: From 0.
    """
    return repeats[repeats["repeat"] == repeat].set_index("text_id")["part"]


def parts_with_test(repeats: pd.DataFrame, repeat: int, test: pd.DataFrame) -> "pd.Series[str]":
    """Gives the part of each text that one repeat trains on, validates on or is tested on, by `text_id`.

    Args:
        repeats: `Repeats`.
        repeat: From 0.
        test: `Texts` of data/test.parquet.
    """
    parts = parts_of(repeats, repeat)
    is_own = (parts == "test").any()
    return parts if is_own else pd.concat([parts, pd.Series("test", index=test["text_id"], dtype=parts.dtype)])
