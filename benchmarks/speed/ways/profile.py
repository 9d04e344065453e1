"""Gapwise with one epoch under TensorFlow's profiler, on one thread: the seconds of each kind of operation."""

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tensorflow.tsl.profiler.protobuf import xplane_pb2

from benchmarks.speed.ways import gapwise as way
from gapwise.encoding.runtime import tf

PROFILED = 1  # the first epoch traces
GROUPS = {  # by parts of the names that TensorFlow has for types of operations, the first that fits
    "attention": ("BatchMatMul", "Softmax", "Transpose", "ScatterNd", "GatherNd"),
    "matrix products": ("MatMul",),
    "activation": ("Erf", "Tanh", "Relu"),
    "Adam": ("ApplyAdam",),
}


class Profiled(way.Timed):
    """Times every epoch, and profiles one."""

    folder: str
    epoch: float

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock, and in one epoch the profiler."""
        if epoch == PROFILED:
            tf.profiler.experimental.start(self.folder)
        super().on_epoch_begin(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stops both, after the epoch's validation."""
        super().on_epoch_end(epoch)
        if epoch == PROFILED:
            Profiled.epoch = self.clock.epochs[-1]
            tf.profiler.experimental.stop()


def seconds(folder: str) -> Counter[str]:
    """Sums up what the threads that compute have spent in each kind of operation.

    The event of an operation is called `its/path/in/the/network:Type`.
    """
    (path,) = Path(folder).rglob("*.xplane.pb")
    found: Counter[str] = Counter()
    for plane in xplane_pb2.XSpace.FromString(path.read_bytes()).planes:
        for line in plane.lines:
            if line.name.startswith("tf_Compute"):
                for event in line.events:
                    operation, colon, kind = plane.event_metadata[event.metadata_id].name.rpartition(":")
                    if colon and not operation.endswith(":"):  # C++ functions have two colons
                        found[group(operation, kind)] += event.duration_ps / 1e12
    return found


def group(operation: str, kind: str) -> str:
    """Tells what an operation is done for, by its path and its type."""
    if "dropout" in operation:
        return "dropout"
    return next((name for name, kinds in GROUPS.items() if any(part in kind for part in kinds)), "the rest")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Profiled.folder = folder
        way.Timed = Profiled
        way.main()
        print(json.dumps({"epoch": Profiled.epoch, "groups": seconds(folder)}))
