"""Varies the development texts that some repeat trains on; a variant belongs to its source row."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


from gapwise.augmenting.augment import augment
from gapwise.augmenting.class_sentences import note
from gapwise.augmenting.language import require_english
from gapwise.augmenting.params import AugmentParams
from gapwise.base import workers
from gapwise.base.tables import Repeats, Texts, Variants
from gapwise.disk.io import read_params, read_table, run, write_json, write_table
from gapwise.splitting.params import SplitParams


def main() -> None:
    """Reads data/development.parquet and data/repeats.parquet; writes data/augmented.parquet, metrics/augment.json."""
    params, split = read_params(AugmentParams, SplitParams)
    development = read_table("data/development.parquet", Texts)
    repeats = read_table("data/repeats.parquet", Repeats)
    trained = development["text_id"].isin(repeats.loc[repeats["part"] == "train", "text_id"])
    if params.methods:
        require_english(development.loc[trained, "text"])
    if params.class_sentence is not None:
        print(note(params.class_sentence, sorted(development["label"].unique())), flush=True)
    # The other development rows are validated on: a variant that equals one of them would leak it into training.
    variants, report = augment(
        development[trained], params, split.seed, workers.count(), known=development.loc[~trained, "text"]
    )
    write_table("data/augmented.parquet", variants, Variants)
    write_json("metrics/augment.json", report)


if __name__ == "__main__":
    run(main)
