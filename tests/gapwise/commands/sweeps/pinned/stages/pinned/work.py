"""The stages of dvc.yaml: python work.py STAGE.

What finetune makes depends on params and data alone. WITNESS names a folder where it notes each beginning and end, and
SECONDS how long it works; as long as there is a file `hold` in the folder, it goes on.
"""

import hashlib
import json
import os
import shutil
import socket
import sys
import time
from pathlib import Path

from ruamel.yaml import YAML

PARAMS = YAML(typ="safe").load(Path("params.yaml"))


def prepare():
    shutil.copy(PARAMS["prepare"]["source"], "data/dataset.csv")


def finetune():
    note("begins")
    time.sleep(float(os.environ.get("SECONDS_OF_WORK", "0")))
    while (witness() / "hold").exists():
        time.sleep(0.05)
    told = json.dumps(PARAMS["finetune"], sort_keys=True) + Path("data/dataset.csv").read_text()
    digest = hashlib.sha256(told.encode()).hexdigest()
    Path("models/weights").write_text(digest)
    Path("metrics/evaluate.json").write_text(json.dumps({"accuracy": int(digest[:4], 16) / 0xFFFF}))
    if PARAMS["finetune"]["l2"] == 13:
        sys.exit("13 brings bad luck")
    note("ends")


def note(what):
    with (witness() / "notes").open("a") as notes:
        notes.write(f"{os.environ['DVC_EXP_NAME']} {what} {os.getpid()} {socket.gethostname()}\n")


def witness():
    return Path(os.environ.get("WITNESS", "."))


if __name__ == "__main__":
    for folder in ("data", "models", "metrics"):
        Path(folder).mkdir(exist_ok=True)
    {"prepare": prepare, "finetune": finetune}[sys.argv[1]]()
