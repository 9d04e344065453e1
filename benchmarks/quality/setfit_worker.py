"""Trains and predicts with SetFit, in the torch environment, see jobs.py.

    python -m benchmarks.quality.setfit_worker MODEL FOLDER PAIRS

PAIRS is SetFit's `num_iterations`, of each row and kind; 0 for its default, every pair of rows once.
"""

import functools
import os
import sys
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TQDM_DISABLE="1")

import torch
from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments

from benchmarks.quality.jobs import answer_all


def main(model: str, folder: Path, iterations: int) -> None:
    torch.set_num_threads(1)
    answer_all(folder, functools.partial(_train, model, iterations))


def _train(name: str, iterations: int, job: dict[str, Any]) -> Any:
    """SetFit as its documentation has it; all that is not given here is its default."""
    torch.manual_seed(job["seed"])
    model = SetFitModel.from_pretrained(name)
    arguments = TrainingArguments(
        output_dir="unused",
        num_iterations=iterations or None,
        seed=job["seed"],
        save_strategy="no",
        report_to="none",
    )
    rows = Dataset.from_dict({"text": job["train"]["texts"], "label": job["train"]["labels"]})
    Trainer(model=model, args=arguments, train_dataset=rows).train()
    return functools.partial(model.predict_proba, as_numpy=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
