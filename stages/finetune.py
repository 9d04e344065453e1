"""Fine-tunes one network per repeat."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


from time import monotonic

from gapwise.base import workers
from gapwise.base.tables import Repeats, Texts, Tokens, rows_per_class
from gapwise.disk.atomic import atomic
from gapwise.disk.io import read_params, read_table, run, write_csv
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import unseen_gpu
from gapwise.network.description import other_pooling
from gapwise.runs.checkpoints import Checkpoints, digest
from gapwise.runs.models import write_model
from gapwise.runs.progress import FOLDER, Progress
from gapwise.runs.timings import record
from gapwise.splitting.params import SplitParams
from gapwise.training.curves import by_epoch
from gapwise.training.recipe import FinetuneParams, chosen, notes
from gapwise.training.repeats import describe, train_repeats


def main() -> None:
    """Trains all repeats that no interrupted run has finished."""
    started = monotonic()
    asked, tokenize, split = read_params(FinetuneParams, TokenizeParams, SplitParams)
    development = read_table("data/development.parquet", Texts)
    repeats = read_table("data/repeats.parquet", Repeats)
    tokens = read_table("data/tokens/development.parquet", Tokens)
    per_class = rows_per_class(development, repeats)
    recipe = asked.for_rows(per_class)
    description = describe(tokenize, recipe, development, repeats)
    tables = {"development": development, "repeats": repeats, "tokens": tokens}
    checkpoints = Checkpoints(digest(description, recipe, **tables, seed=split.seed))
    checkpoints.remove_others()
    resumed = checkpoints.is_resumed()
    progress = Progress(description.repeats, recipe.last_epoch)
    said = [chosen(asked, per_class), *notes(recipe, description.classes)]
    for note in filter(None, [*said, other_pooling(tokenize, recipe), unseen_gpu()]):
        print(note, flush=True)
    with atomic(FOLDER):
        trained = train_repeats(
            description,
            recipe,
            **tables,
            seed=split.seed,
            callbacks=progress,
            store=checkpoints,
            workers=workers.count(),
            tell=progress.keep,
        )
    epochs = by_epoch([one.epochs for one in trained], [one.best_epoch for one in trained])
    write_csv("metrics/plots/epochs.csv", epochs)
    write_model(description, [one.weights for one in trained])
    checkpoints.remove()
    if not resumed:
        record(monotonic() - started, description.repeats)


if __name__ == "__main__":
    run(main)
