"""Every baseline there is, and what they predict. A new one is a module, and a line here."""

import pandas as pd

from gapwise.base.predictions import tabulate
from gapwise.base.tables import parts_with_test
from gapwise.baselines.baseline import Baseline, Repeat
from gapwise.baselines.frozen import frozen
from gapwise.baselines.majority import majority
from gapwise.baselines.tfidf import tfidf

BASELINES: dict[str, Baseline] = {"majority": majority, "tfidf": tfidf, "frozen": frozen}


def predict(
    development: pd.DataFrame, test: pd.DataFrame, repeats: pd.DataFrame, vectors: pd.DataFrame
) -> pd.DataFrame:
    """Fits every baseline on every repeat and predicts its texts.

    Args:
        development: `tables.Texts`.
        test: `tables.Texts`, with classes of development only. Its labels are copied, not looked at.
        repeats: `tables.Repeats`; every class occurs in every train part.
        vectors: Of the frozen encoder: one row of numbers for each development and test text, indexed by `text_id`.

    Returns:
        `tables.BaselinePredictions`, ordered by baseline, repeat, part and text.
    """
    texts = pd.concat([development, test]).drop_duplicates("text_id").set_index("text_id", drop=False)
    classes = sorted(development["label"].unique())
    results = []
    for name, baseline in BASELINES.items():
        for number in sorted(repeats["repeat"].unique()):
            parts = parts_with_test(repeats, number, test).sort_index()
            repeat = Repeat(*(texts.loc[parts.index[parts == part]] for part in Repeat._fields))
            predicted = zip(Repeat._fields, repeat, baseline(repeat, vectors), strict=True)
            for part, table, probabilities in predicted:
                columns = {"baseline": name, "repeat": number, "part": part}
                results.append(tabulate(table, classes, probabilities).assign(**columns))
    return pd.concat(results, ignore_index=True)
