"""Trains and predicts with SetFit, in the torch environment.

    python -m benchmarks.quality.setfit_worker MODEL FOLDER PAIRS

FOLDER holds one `<cell>-<repeat>.json` per training: `train` and `test`, each with `texts`, and the `labels` of train
as numbers. Beside it comes `<cell>-<repeat>.out.json` with the probabilities of the test texts and the seconds of CPU.
What is there already is not done again.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TQDM_DISABLE="1")

import torch
from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments


def main(model: str, folder: Path, iterations: int) -> None:
    torch.set_num_threads(1)
    for path in sorted(folder.glob("*.json"), key=lambda path: (path.stem.rpartition("-")[2], path.stem)):
        answer = path.with_suffix(".out.json")
        if path.name.endswith(".out.json") or answer.exists():
            continue
        job = json.loads(path.read_text(encoding="utf-8"))
        answer.write_text(json.dumps(_train(model, job, iterations)), encoding="utf-8")
        print(path.stem, flush=True)


def _train(name: str, job: dict, iterations: int) -> dict:
    """SetFit as its documentation has it; all that is not given here is its default."""
    started = time.process_time()
    torch.manual_seed(job["seed"])
    model = SetFitModel.from_pretrained(name)
    arguments = TrainingArguments(
        output_dir="unused", num_iterations=iterations, seed=job["seed"], save_strategy="no", report_to="none"
    )
    rows = Dataset.from_dict({"text": job["train"]["texts"], "label": job["train"]["labels"]})
    Trainer(model=model, args=arguments, train_dataset=rows).train()
    trained = time.process_time()
    probabilities = model.predict_proba(job["test"]["texts"], as_numpy=True)
    return {
        "probabilities": probabilities.tolist(),
        "train_cpu_seconds": trained - started,
        "predict_cpu_seconds": time.process_time() - trained,
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
