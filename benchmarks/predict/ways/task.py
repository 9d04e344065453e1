"""What every way does with its labeller, and how it reports. Imports nothing that costs a start-up second."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

Label = Callable[[list[str]], list[int]]  # texts to class numbers


def given() -> dict:
    """Reads the task: `model`, `texts` (a JSON file), `alone` (how many are labelled one at a time), `began`."""
    return json.loads(sys.argv[1])


def report(task: dict, label: Label) -> None:
    """Labels one text, some one at a time, then all, and prints what each took."""
    label(["The first text."])
    first = time.time() - task["began"]
    texts = json.loads(Path(task["texts"]).read_text(encoding="utf-8"))
    one_by_one = []
    for text in texts[: task["alone"]]:
        started = time.perf_counter()
        label([text])
        one_by_one.append(time.perf_counter() - started)
    started = time.perf_counter()
    labels = label(texts)
    seconds = time.perf_counter() - started
    alone = sorted(one_by_one)
    print(
        json.dumps(
            {
                "first": first,
                "median": alone[len(alone) // 2],
                "p99": alone[int(len(alone) * 0.99)],
                "all": seconds,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "labels": labels,
            }
        )
    )
