"""The settings that the quality benchmarks run, as changes of params.yaml: keys as after `-S finetune.`."""

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Changes = dict[str, Any]

# Freezing, L2, dropout and early stopping alone: what other regularizers are added to.
WITHOUT: Changes = {"contrastive": 0.0, "freeze": 4}
# What a user writes from a guide: everything is trained, nothing is penalized beyond dropout, one rate, early stopping.
PLAIN: dict[str, Changes] = {
    size: WITHOUT
    | {"freeze": 0, "l2": 0.0, "head_learning_rate": 5.0e-5, "epochs": epochs, "early_stopping.patience": 3}
    for size, epochs in {"8 per class": 20, "64 per class": 10, "400 rows": 5}.items()
}


def named(name: str) -> Changes:
    """Reads settings/NAME, which `dvc exp run $(cat settings/NAME)` runs: lines of `-S finetune.KEY=VALUE`."""
    lines = Path("settings", name).read_text(encoding="utf-8").splitlines()
    pairs = [line.removeprefix("-S finetune.").split("=", maxsplit=1) for line in lines]
    return {key: YAML(typ="safe").load(value) for key, value in pairs}


def fixed(epochs: int) -> Changes:
    """Trains so many epochs, none less: nothing stops early."""
    return {"epochs": epochs, "early_stopping.min_epochs": epochs}


RECOMMENDED: dict[str, Changes] = {
    "8 per class": named("few-shot"),
    "64 per class": named("small"),
    "400 rows": named("medium"),
}
# What params.yaml is made for: plainer, with L2, dropout and early stopping to compare.
DEFAULTS: dict[str, Changes] = {"400 rows": {}}

TERM: Changes = {"contrastive": 0.9, "contrastive_temperature": 0.5}
STRONG: Changes = {"l2": 0.1, "dropout": 0.5}
REFIT: Changes = {"head_init": "probe", "head_refit": True}
# The recipe that settings/ came from.
CONTRASTIVE: Changes = REFIT | {
    "freeze": 4,
    "contrastive": 0.9,
    "contrastive_temperature": 0.1,
    "l2": 0,
    "learning_rate": 1.0e-4,
}

# What benchmarks/what_helps.py starts from; with a handful of labels the plain recipe is too far behind.
BASE: dict[str, Changes] = {"8 per class": RECOMMENDED["8 per class"], "64 per class": WITHOUT, "400 rows": WITHOUT}

# One key at a time, each in the middle of what its paper tried, or what a user would.
CATALOGUE: dict[str, Changes] = {
    "l2 0.1": {"l2": 0.1},
    "l1 0.001": {"l1": 0.001},
    "encoder_l2 0.0001": {"encoder_l2": 1.0e-4},
    "weight_decay 0.01": {"weight_decay": 0.01},
    "l2_sp 0.01": {"l2_sp": 0.01},
    "mixout 0.5": {"mixout": 0.5},
    "dropout 0.5": {"dropout": 0.5},
    "encoder_dropout 0": {"encoder_dropout": 0.0},
    "label smoothing 0.1": {"label_smoothing": 0.1},
    "class_weight balanced": {"class_weight": "balanced"},
    "mixup 0.4": {"mixup": 0.4},
    "r_drop 1": {"r_drop": 1.0},
    "layer_decay 0.8": {"layer_decay": 0.8},
    "clip_norm 1": {"clip_norm": 1.0},
    "ema 0.95": {"ema": 0.95},
    "gradual unfreezing": {"gradual_unfreezing": 1},
    "reinit 1 layer": {"reinit_layers": 1},
    "LoRA rank 8": {"lora_rank": 8, "learning_rate": 5.0e-4},
    "LoRA rank 8, head_init probe": {"lora_rank": 8, "learning_rate": 5.0e-4, "head_init": "probe"},
    "head_init probe": {"head_init": "probe"},
    "pooling first": {"pooling": "first"},
}
# What settings/few-shot leaves to change: its head starts from the probe already, which re-initialized layers refuse.
FEW_SHOT: dict[str, Changes] = {
    name: changes for name, changes in CATALOGUE.items() if not changes.keys() & {"head_init", "reinit_layers"}
}

# What else was tried on the way to the recommended settings.
MORE: dict[str, Changes] = {
    "strong": STRONG,
    "strong, freeze 5": STRONG | {"freeze": 5},
    "strong, head_refit": STRONG | {"head_refit": True},
    "freeze 5, probe, refit": REFIT | {"freeze": 5},
    "contrastive, 5 epochs": CONTRASTIVE | fixed(5),
    "contrastive, 5 epochs, temperature 0.5": CONTRASTIVE | TERM | fixed(5),
    "contrastive, 5 epochs, temperature 0.5, freeze 1": CONTRASTIVE | TERM | fixed(5) | {"freeze": 1},
    "contrastive, 3 epochs, temperature 0.5": CONTRASTIVE | TERM | fixed(3),
    "contrastive, 3 epochs, temperature 0.5, freeze 1": CONTRASTIVE | TERM | fixed(3) | {"freeze": 1},
    "contrastive, freeze 5, 3 epochs": CONTRASTIVE | {"freeze": 5} | fixed(3),
    "contrastive, 3 epochs": CONTRASTIVE | fixed(3),
    "contrastive, 3 epochs, temperature 0.5, no refit": CONTRASTIVE | TERM | fixed(3) | {"head_refit": False},
    "contrastive 0.5, temperature 0.5": TERM | {"contrastive": 0.5},
    "contrastive 0.9, temperature 0.5": TERM,
    "contrastive 0.9, temperature 0.5, rate 1e-4": TERM | {"learning_rate": 1.0e-4},
    "contrastive 0.9, temperature 0.5, strong": TERM | STRONG,
    "contrastive 0.9, temperature 1": TERM | {"contrastive_temperature": 1.0},
    "contrastive 0.9, temperature 0.5, freeze 1": TERM | {"freeze": 1},
    "contrastive 0.9, temperature 0.5, freeze 1, bfloat16": TERM | {"freeze": 1, "precision": "bfloat16"},
    "contrastive 0.9, temperature 0.5, freeze 1, refit": TERM | REFIT | {"freeze": 1},
    "contrastive 0.9, temperature 0.5, freeze 1, refit, rate 1e-4": TERM
    | REFIT
    | {"freeze": 1, "learning_rate": 1.0e-4},
    "contrastive 0.9, temperature 0.5, reinit 1 layer": TERM | {"reinit_layers": 1},
    "contrastive 0.9, temperature 0.5, reinit 1 layer, refit": TERM | {"reinit_layers": 1, "head_refit": True},
}
MORE_FEW_SHOT: dict[str, Changes] = {
    "40 epochs": fixed(40),
    "learning_rate 2e-4": {"learning_rate": 2.0e-4},
    "temperature 0.1": {"contrastive_temperature": 0.1},
    "temperature 0.1, freeze 3": {"contrastive_temperature": 0.1, "freeze": 3},
    "temperature 0.1, freeze 3, 10 epochs": {"contrastive_temperature": 0.1, "freeze": 3} | fixed(10),
    "temperature 0.1, freeze 3, 40 epochs": {"contrastive_temperature": 0.1, "freeze": 3} | fixed(40),
}
CHANGES: dict[str, dict[str, Changes]] = {
    "8 per class": FEW_SHOT | MORE_FEW_SHOT,
    "64 per class": CATALOGUE | MORE,
    "400 rows": CATALOGUE | MORE,
}


def in_words(changes: Changes) -> str:
    """Writes changes of a recipe as one line, as they follow `-S finetune.`."""
    return " ".join(f"{key}={json.dumps(value)}" for key, value in changes.items()).replace('"', "") or "params.yaml"
