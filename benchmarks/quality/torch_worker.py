"""Fine-tunes with the Trainer of transformers, in the torch environment, see jobs.py.

    python -m benchmarks.quality.torch_worker MODEL FOLDER EPOCHS

What a good user of torch writes on few rows: nothing frozen, a linear head on the mean of a text's tokens, as the
encoder was pre-trained, batches of 16 padded to their longest text, AdamW with weight decay, warm-up and linear decay,
and a fixed number of epochs on all rows (Mosbach et al. 2021, On the Stability of Fine-tuning BERT, train longer than
the usual three epochs on few rows).
"""

import functools
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TQDM_DISABLE="1")

import torch
from datasets import Dataset
from transformers import (
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
    set_seed,
)

from benchmarks.quality.jobs import answer_all
from benchmarks.torch_classifier import Classifier

LEARNING_RATE = 2e-4  # more accurate on public sets that may be looked at than 5e-5 and 1e-4
DROPOUT = 0.1
MAX_LENGTH = 128  # tokens, as in params.yaml


def main(model: str, folder: Path, epochs: int) -> None:
    torch.set_num_threads(1)
    answer_all(folder, functools.partial(_train, model, epochs))


def _train(name: str, epochs: int, job: dict[str, Any]) -> Any:
    set_seed(job["seed"])
    tokenizer = AutoTokenizer.from_pretrained(name)
    classes = max(job["train"]["labels"]) + 1
    arguments = TrainingArguments(
        output_dir="unused",
        num_train_epochs=epochs,
        learning_rate=LEARNING_RATE,
        weight_decay=0.01,
        warmup_steps=0.1,
        per_device_train_batch_size=16,
        per_device_eval_batch_size=64,
        seed=job["seed"],
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
    )
    trainer = Trainer(
        model=Classifier(name, classes, DROPOUT),
        args=arguments,
        train_dataset=_encoded(tokenizer, job["train"]["texts"], job["train"]["labels"]),
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
    )
    trainer.train()
    return functools.partial(_probabilities, trainer, tokenizer)


def _probabilities(trainer: Trainer, tokenizer: Any, texts: Sequence[str]) -> Any:
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # so that batches pad little
    logits = trainer.predict(_encoded(tokenizer, [texts[row] for row in order])).predictions
    probabilities = torch.softmax(torch.tensor(logits, dtype=torch.float64), dim=1)
    return probabilities[torch.argsort(torch.tensor(order))].numpy()


def _encoded(tokenizer: Any, texts: Sequence[str], labels: Sequence[int] | None = None) -> Dataset:
    columns = dict(tokenizer(list(texts), truncation=True, max_length=MAX_LENGTH))
    return Dataset.from_dict(columns if labels is None else columns | {"labels": list(labels)})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
