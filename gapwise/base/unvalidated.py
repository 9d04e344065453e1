"""What params ask of validation rows where there are none: `split.validation_fraction` is 0, and no part is given."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from gapwise.base.wording import in_yaml

NONE = "there are none (split.validation_fraction is 0)"
OR_DRAW = "or split.validation_fraction above 0"


def problems(sections: Mapping[str, Any], *, none_given: bool = False) -> list[str]:
    """Names what in params.yaml has no effect without validation rows.

    Args:
        sections: Those sections that are valid by themselves, by name.
        none_given: Whether the source was read and gives no validation part.

    Returns:
        One message each; none if all is well, or if validation rows may come with the source.
    """
    if not {"prepare", "split"} <= sections.keys():
        return []
    if not none_drawn(sections["prepare"], sections["split"], none_given=none_given):
        return []
    checks = {"finetune": of_training, "evaluate": of_scores}
    return [problem for name, check in checks.items() if name in sections for problem in check(sections[name])]


def none_drawn(prepare: Any, split: Any, *, none_given: bool = False) -> bool:
    """Tells whether no repeat has validation rows. Where a column or a folder gives parts, only the source can tell."""
    may_be_given = prepare.split_column is not None or not PurePosixPath(prepare.source).suffix
    return split.validation_fraction == 0 and (none_given or not may_be_given)


def of_training(recipe: Any) -> list[str]:
    """Names what in the section `finetune` needs validation rows: an end that they choose."""
    earliest, last = recipe.early_stopping.min_epochs, recipe.epochs
    if earliest is None or (last is not None and earliest >= last):
        return []
    return [
        f"finetune.early_stopping.min_epochs ({earliest}) is less than finetune.epochs ({in_yaml(last)}): validation "
        f"rows would choose where to stop, and {NONE}; set finetune.early_stopping.min_epochs to null, {OR_DRAW}"
    ]


def of_scores(evaluate: Any) -> list[str]:
    """Names what in the section `evaluate` needs validation rows: a temperature that is fitted to them."""
    if not evaluate.temperature_scaling:
        return []
    fitted = f"evaluate.temperature_scaling (true) is fitted to validation rows, and {NONE}"
    return [f"{fitted}; set it to null or false, {OR_DRAW}"]
