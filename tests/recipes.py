"""A recipe for tests, which does nothing beside plain fine-tuning, and the changes that a test makes to it."""

from gapwise.base.rules import rules
from gapwise.training.recipe import EarlyStopping, FinetuneParams

# What can be off is off, so that a test does not depend on the defaults of params.yaml; the other keys have these.
PLAIN = {key: rule.off for key, rule in rules(FinetuneParams).items()} | {
    "freeze": 2,
    "pooling": "mean",
    "contrastive_temperature": 0.3,
    "contrastive_memory": 0,
    "learning_rate": 0.01,
    "head_learning_rate": 0.01,
    "warmup": 0.0,
    "schedule": "linear",
    "epochs": 3,
    "batch_size": 8,
    "early_stopping": {"monitor": "loss", "patience": 3, "min_delta": 0.0, "min_epochs": 1},
}


def recipe(**changes):
    """The plain recipe with some keys changed; those of `early_stopping` by its own names, as `patience=2`."""
    stopping = PLAIN["early_stopping"] | {
        name: changes.pop(name) for name in PLAIN["early_stopping"] if name in changes
    }
    return FinetuneParams(**(PLAIN | changes | {"early_stopping": EarlyStopping(**stopping)}))
