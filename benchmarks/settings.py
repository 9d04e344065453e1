"""The settings that the quality benchmark runs, as changes of params.yaml: keys as after `-S finetune.`."""

from typing import Any

Changes = dict[str, Any]

# What a user writes from a guide: everything is trained, nothing is penalized beyond dropout, one rate, early stopping.
PLAIN: dict[str, Changes] = {
    size: {"freeze": 0, "l2": 0.0, "head_learning_rate": 5.0e-5, "epochs": epochs, "early_stopping.patience": 3}
    for size, epochs in {"8 per class": 20, "64 per class": 10, "400 rows": 5}.items()
}

RECOMMENDED: dict[str, Changes] = {"8 per class": {}, "64 per class": {}, "400 rows": {}}
