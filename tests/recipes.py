"""A recipe for tests, which does nothing beside plain fine-tuning, and the changes that a test makes to it.

It names every key, so that a test does not depend on the defaults of params.yaml, and a new key has one place here.
"""

from gapwise.network.recipe import EarlyStopping, FinetuneParams

PLAIN = {
    "freeze": 2,
    "gradual_unfreezing": 0,
    "reinit_layers": 0,
    "lora_rank": 0,
    "pooling": "mean",
    "head_init": "random",
    "head_refit": False,
    "l2": 0.0,
    "l1": 0.0,
    "encoder_l2": 0.0,
    "weight_decay": 0.0,
    "l2_sp": 0.0,
    "mixout": 0.0,
    "dropout": 0.0,
    "encoder_dropout": None,
    "label_smoothing": 0.0,
    "class_weight": None,
    "mixup": 0.0,
    "r_drop": 0.0,
    "contrastive": 0.0,
    "contrastive_temperature": 0.3,
    "learning_rate": 0.01,
    "head_learning_rate": 0.01,
    "layer_decay": 1.0,
    "warmup": 0.0,
    "schedule": "linear",
    "clip_norm": 0.0,
    "ema": 0.0,
    "epochs": 3,
    "batch_size": 8,
    "early_stopping": {"monitor": "loss", "patience": 3, "min_delta": 0.0, "min_epochs": 1},
    "precision": "float32",
    "temperature_scaling": False,
}


def recipe(**changes):
    """The plain recipe with some keys changed; those of `early_stopping` by its own names, as `patience=2`."""
    stopping = PLAIN["early_stopping"] | {
        name: changes.pop(name) for name in PLAIN["early_stopping"] if name in changes
    }
    return FinetuneParams(**(PLAIN | changes | {"early_stopping": EarlyStopping(**stopping)}))
