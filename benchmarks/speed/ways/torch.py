"""A Trainer of transformers on torch, with dynamic padding. Runs in the environment that `make torch-env` makes."""

from typing import Any

import numpy as np
import torch
from transformers import Trainer, TrainerCallback, TrainingArguments, set_seed

from benchmarks.speed.task import Clock, Task, given
from benchmarks.torch_classifier import Classifier


class Timed(TrainerCallback):
    """An epoch ends with its validation."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def on_epoch_begin(self, *_: Any, **__: Any) -> None:
        """Starts the clock."""
        self.clock.begin()

    def on_evaluate(self, *_: Any, **__: Any) -> None:
        """Stops the clock, after the epoch's validation."""
        self.clock.end()


def main() -> None:
    task = given()
    set_seed(task.seed)
    rows = {name: _examples(*part) for name, part in task.rows().items()}
    clock, network = Clock(task), _network(task)
    head = list(network.head.parameters())
    encoder = [parameter for parameter in network.encoder.parameters() if parameter.requires_grad]
    groups = [{"params": encoder, "lr": task.learning_rate}, {"params": head, "lr": task.head_learning_rate}]
    trainer = Trainer(
        model=network,
        args=TrainingArguments(
            output_dir=f"{task.folder}/torch",
            num_train_epochs=task.epochs,
            per_device_train_batch_size=task.batch_size,
            per_device_eval_batch_size=64,
            eval_strategy="epoch",
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            remove_unused_columns=False,
            seed=task.seed,
        ),
        train_dataset=rows["train"],
        eval_dataset=rows["validation"],
        data_collator=_collate,
        optimizers=(torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=0.0), None),
        callbacks=[Timed(clock)],
    )
    trainer.train()
    trainer.remove_callback(Timed)
    predicted = trainer.predict(rows["test"])
    clock.report(float((predicted.predictions.argmax(axis=1) == predicted.label_ids).mean()))


def _network(task: Task) -> Classifier:
    network = Classifier(task.encoder, classes=2, dropout=task.dropout)
    if task.freeze > 0:
        frozen = [network.encoder.embeddings, *network.encoder.encoder.layer[: task.freeze]]
        for parameter in (parameter for module in frozen for parameter in module.parameters()):
            parameter.requires_grad = False
    return network


def _examples(ids: list[np.ndarray], labels: np.ndarray) -> list[dict[str, Any]]:
    return [{"input_ids": torch.tensor(one), "labels": int(label)} for one, label in zip(ids, labels, strict=True)]


def _collate(examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    ids = torch.nn.utils.rnn.pad_sequence([one["input_ids"] for one in examples], batch_first=True)
    lengths = torch.tensor([len(one["input_ids"]) for one in examples])
    mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([one["labels"] for one in examples])}


if __name__ == "__main__":
    main()
