"""Gradual unfreezing: first the head alone is trained, then one more layer from the top after every few epochs.

Howard and Ruder 2018 (Universal Language Model Fine-tuning for Text Classification) unfreeze one layer per epoch, so
that what lower layers hold is not overwritten while the head still guesses.
"""

from gapwise.base.errors import UserError
from gapwise.network.recipe import FinetuneParams, conflicts


def waiting_epochs(place: int, per_layer: int) -> int:
    """Gives the epochs that a block waits before it is trained.

    Args:
        place: From the top: 0 is the head, 1 the highest encoder layer, and so on; the embeddings come last.
        per_layer: `finetune.gradual_unfreezing`: epochs from one layer to the next; 0 for no waiting.
    """
    return place * per_layer


def depth(params: FinetuneParams, layers: int) -> int:
    """Finds the number of layers at the bottom that are never trained, which may be more than `freeze` says.

    Args:
        params: The recipe.
        layers: Of the encoder.

    Returns:
        Where the encoder is cut: what is below can be computed once.

    Raises:
        UserError: If the recipe needs more layers than there are.
    """
    frozen = layers if params.freeze == -1 else params.freeze
    if frozen > layers:
        return frozen  # which `freezing.cut` refuses
    unfrozen = (params.epochs - 1) // params.gradual_unfreezing if params.gradual_unfreezing else layers
    lowest = max(frozen, layers - unfrozen)
    problems = conflicts(params, all_frozen=frozen == layers)
    if not problems and params.reinit_layers > layers - lowest:
        problems = [
            f"reinit_layers ({params.reinit_layers}) is more than the {layers - lowest} layers that are trained; "
            "freeze less, or lower it"
        ]
    if problems:
        what = "params.yaml does not fit the encoder, nothing was trained:"
        raise UserError(what, [f"finetune: {problem}" for problem in problems])
    return lowest
