"""Fine-tunes one network per repeat."""

import pandas as pd
from dvclive import Live
from dvclive.keras import DVCLiveCallback

from gapwise.finetuning import describe, train_repeats
from gapwise.presets import TokenizeParams
from gapwise.recipe import FinetuneParams
from gapwise.runtime import keras
from gapwise.splits import SplitParams
from gapwise.tables import Repeats, Texts, Tokens
from stages import door
from stages.model_files import write_model
from stages.progress import Progress


def main() -> None:
    """Runs the stage."""
    params = door.read_params("finetune", FinetuneParams)
    seed = door.read_params("split", SplitParams).seed
    development = door.read_table("data/development.parquet", Texts)
    repeats = door.read_table("data/repeats.parquet", Repeats)
    tokens = door.read_table("data/tokens/development.parquet", Tokens)

    model = describe(door.read_params("tokenize", TokenizeParams), params, development, repeats)

    def watch(repeat: int) -> list[keras.callbacks.Callback]:
        live = Live(f"metrics/training/repeat-{repeat}", dvcyaml=None, save_dvc_exp=False)
        return [Progress(repeat, model.repeats, params.epochs), DVCLiveCallback(live=live)]

    trained = list(
        train_repeats(model, development=development, repeats=repeats, tokens=tokens, seed=seed, watch=watch)
    )

    epochs = pd.concat([one.epochs.assign(repeat=repeat) for repeat, one in enumerate(trained)])
    door.write_csv("metrics/training/epochs.csv", epochs)
    write_model(model, [one.weights for one in trained])


if __name__ == "__main__":
    door.run(main)
