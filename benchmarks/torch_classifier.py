"""The network that torch is given, in the environment of `make torch-env`."""

from typing import Any

import torch
from transformers import AutoModel


class Classifier(torch.nn.Module):
    """The encoder, mean pooling, dropout and a linear head.

    Args:
        encoder: Folder in Hugging Face layout.
        classes: Number of classes.
        dropout: Share of the pooled vector that is dropped while training.
    """

    def __init__(self, encoder: str, classes: int, dropout: float) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(encoder, add_pooling_layer=False)
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, classes)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor | None = None, **_: Any
    ) -> dict[str, torch.Tensor]:
        """Gives what Trainer reads: logits, and with labels the loss."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask[..., None].to(hidden.dtype)
        logits = self.head(self.dropout((hidden * weights).sum(1) / weights.sum(1)))
        if labels is None:
            return {"logits": logits}
        return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}
