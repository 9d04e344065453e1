"""The settings that the quality benchmarks run, as changes of params.yaml: keys as after `-S finetune.`."""

import json
import pkgutil
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML

from benchmarks.pipeline import DOCUMENT, PROJECT
from gapwise.base.rules import rules
from gapwise.base.validation import SECTIONS

Changes = dict[str, Any]
SENTENCE = "This text is {}."  # of a class, where there are class sentences
RECIPE: type[BaseModel] = pkgutil.resolve_name(SECTIONS["finetune"])

# Freezing, L2, dropout and early stopping alone: what other regularizers are added to. Every strength is named, so that
# another default in params.yaml does not change what the rows of a table mean.
WITHOUT: Changes = {
    "contrastive": 0.0,
    "freeze": 4,
    "l2": 0.01,
    "dropout": 0.1,
    "learning_rate": 5.0e-5,
    "epochs": 8,
    "early_stopping.patience": 2,
}
# What a user writes from a guide: everything is trained, nothing is penalized beyond dropout, one rate, early stopping.
PLAIN: dict[str, Changes] = {
    size: WITHOUT
    | {"freeze": 0, "l2": 0.0, "head_learning_rate": 5.0e-5, "epochs": epochs, "early_stopping.patience": 3}
    for size, epochs in {"8 per class": 20, "64 per class": 10, "400 rows": 5}.items()
}


def named(name: str) -> Changes:
    """Reads settings/NAME, which `dvc exp run $(cat settings/NAME)` runs: lines of `--set-param=SECTION.KEY=VALUE`."""
    lines = (PROJECT / "settings" / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.removeprefix("--set-param=").split("=", maxsplit=1) for line in lines]
    values = {key: YAML(typ="safe").load(value) for key, value in pairs}
    recipe = {key.removeprefix("finetune."): value for key, value in values.items() if key.startswith("finetune.")}
    others = {key: value for key, value in values.items() if not key.startswith("finetune.")}
    if others not in ({}, {"augment.class_sentence": SENTENCE.replace(" ", "_")}):
        raise ValueError(f"settings/{name} has what the benchmark cannot run: {others}")
    return recipe | ({"variants": "names"} if others else {})


def fixed(epochs: int) -> Changes:
    """Trains so many epochs, none less: nothing stops early."""
    return {"epochs": epochs, "early_stopping.min_epochs": epochs}


AUTO = named("auto")
SENTENCES: Changes = {key: AUTO[key] for key in ("class_sentence_margin", "variants")}
NAMELESS: Changes = {key: value for key, value in AUTO.items() if key not in SENTENCES}  # before it had class sentences
NAMED: Changes = {"class_sentence_margin": 1.0, "variants": "names"}  # all sentences, whatever they tell
# With what it takes at each size for two classes, so that another rule does not change what rows of a table mean.
RECOMMENDED: dict[str, Changes] = {
    size: NAMELESS | {"contrastive_memory": 0} | fixed(epochs)
    for size, epochs in {"8 per class": 20, "64 per class": 5, "400 rows": 3}.items()
}
# What params.yaml is made for: plainer, with L2, dropout and early stopping to compare.
DEFAULTS: dict[str, Changes] = {"400 rows": {}}

TERM: Changes = {"contrastive": 0.9, "contrastive_temperature": 0.5}
# With `contrastive: 0.9` the head's penalties weigh a tenth, as the error does: `l2` is 0.01 beside the whole error.
PLAIN_TERM: Changes = TERM | {"l2": 0.1}
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

# What `what-helps` starts from; with a handful of labels the plain recipe is too far behind.
BASE: dict[str, Changes] = {"8 per class": RECOMMENDED["8 per class"], "64 per class": WITHOUT, "400 rows": WITHOUT}

WITH: dict[str, Changes] = {"lora_rank": {"learning_rate": 5.0e-4}}  # what a key needs beside it
TABLES_OF_THEIR_OWN = ("class_sentence_margin", "contrastive", "head_refit")


def catalogue(recipe: type[BaseModel]) -> dict[str, Changes]:
    """Names the change of each key by itself, `KEY VALUE`, in the order of params.yaml.

    Args:
        recipe: The model of the section `finetune`. The rule of a key says which value is tried.
    """
    tried = {key: rule.tried for key, rule in rules(recipe).items() if rule.tried is not None}
    return {
        f"{key} {_shown(tried[key])}": {key: tried[key], **WITH.get(key, {})}
        for key in DOCUMENT["finetune"]
        if key in tried and key not in TABLES_OF_THEIR_OWN
    }


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


CATALOGUE = catalogue(RECIPE) | {
    "dropout 0.5, dropout_samples 8": {"dropout": 0.5, "dropout_samples": 8},
    "lora_rank 8, head_init probe": {"lora_rank": 8, **WITH["lora_rank"], "head_init": "probe"},
    "pooling first": {"pooling": "first"},
}
# What settings/auto leaves to change: its head starts from the probe already, which re-initialized layers refuse.
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
    "contrastive 0.5, temperature 0.5": TERM | {"contrastive": 0.5, "l2": 0.02},
    "contrastive 0.9, temperature 0.5": PLAIN_TERM,
    "contrastive 0.9, temperature 0.5, rate 1e-4": PLAIN_TERM | {"learning_rate": 1.0e-4},
    "contrastive 0.9, temperature 0.5, strong": TERM | {"l2": 1.0, "dropout": 0.5},
    "contrastive 0.9, temperature 1": PLAIN_TERM | {"contrastive_temperature": 1.0},
    "contrastive 0.9, temperature 0.5, freeze 1": PLAIN_TERM | {"freeze": 1},
    "contrastive 0.9, temperature 0.5, freeze 1, patience 1": PLAIN_TERM | {"freeze": 1, "early_stopping.patience": 1},
    "contrastive 0.9, temperature 0.5, freeze 1, bfloat16": PLAIN_TERM | {"freeze": 1, "precision": "bfloat16"},
    "contrastive 0.9, temperature 0.5, freeze 1, refit": PLAIN_TERM | REFIT | {"freeze": 1},
    "contrastive 0.9, temperature 0.5, freeze 1, refit, rate 1e-4": PLAIN_TERM
    | REFIT
    | {"freeze": 1, "learning_rate": 1.0e-4},
    "contrastive 0.9, temperature 0.5, reinit 1 layer": PLAIN_TERM | {"reinit_layers": 1},
    "contrastive 0.9, temperature 0.5, reinit 1 layer, refit": PLAIN_TERM | {"reinit_layers": 1, "head_refit": True},
}
MORE_FEW_SHOT: dict[str, Changes] = {
    "freeze 0": {"freeze": 0},
    "freeze 0, layer_decay 0.9": {"freeze": 0, "layer_decay": 0.9},
    "40 epochs": fixed(40),
    "learning_rate 2e-4": {"learning_rate": 2.0e-4},
    "temperature 0.1": {"contrastive_temperature": 0.1},
    "temperature 0.1, freeze 3": {"contrastive_temperature": 0.1, "freeze": 3},
    "temperature 0.1, freeze 3, 10 epochs": {"contrastive_temperature": 0.1, "freeze": 3} | fixed(10),
    "temperature 0.1, freeze 3, 40 epochs": {"contrastive_temperature": 0.1, "freeze": 3} | fixed(40),
}
# With the vectors of earlier batches, by `contrastive_memory`.
MEMORY: dict[str, dict[str, Changes]] = {
    size: {"settings/auto, memory 1024": of_size | {"contrastive_memory": 1024}}
    for size, of_size in RECOMMENDED.items()
}
# A variant of each text beside it, by a way of `augmentation.WAYS`.
VARIANTS: dict[str, dict[str, Changes]] = {
    size: {
        f"settings/auto, {way}": RECOMMENDED[size] | (NAMED if way == "names" else {"variants": way})
        for way in ("words", "neighbours", "halves", "names")
    }
    for size in ("8 per class", "64 per class")
}
CHANGES: dict[str, dict[str, Changes]] = {
    "8 per class": FEW_SHOT | MORE_FEW_SHOT | MEMORY["8 per class"] | VARIANTS["8 per class"],
    "64 per class": CATALOGUE | MORE | MEMORY["64 per class"] | VARIANTS["64 per class"],
    "400 rows": CATALOGUE | MORE | MEMORY["400 rows"],
}


def in_words(changes: Changes) -> str:
    """Writes changes of a recipe as one line, as they follow `-S finetune.`."""
    return " ".join(f"{key}={json.dumps(value)}" for key, value in changes.items()).replace('"', "") or "params.yaml"
