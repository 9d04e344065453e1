"""TensorFlow and Keras, imported in this one place: deterministic, and without their start-up messages.

They are imported when they are first asked for. A module that cannot do without them says
`from gapwise.encoding.runtime import keras, tf`. One that must be quick to import says
`from gapwise.encoding import runtime`, and `runtime.keras` where it needs it.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import keras_hub
    import tensorflow as tf

__all__ = ["keras", "keras_hub", "tf"]


def __getattr__(name: str) -> Any:
    """Imports TensorFlow and Keras for the first who asks (PEP 562); later ones find them as plain attributes."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _load()
    return globals()[name]


def _load() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _native_messages_held():
        import keras
        import keras_hub
        import tensorflow as tf

        # The same bits on every run. Measured: also for 1, 2 and 4 threads.
        tf.config.experimental.enable_op_determinism()
        keras.utils.set_random_seed(0)  # TensorFlow demands one; every draw in this project has a seed of its own
        tf.get_logger().setLevel("ERROR")  # its warnings are on how this code calls it, and no user can heed them
        tf.config.list_logical_devices()  # looks for a GPU now rather than later, which writes such lines too
    globals().update(keras=keras, keras_hub=keras_hub, tf=tf)


def unseen_gpu() -> str | None:
    """Says what to do where an NVIDIA driver is installed and TensorFlow sees no GPU; None where that is not so."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    if hidden or shutil.which("nvidia-smi") is None or __getattr__("tf").config.list_logical_devices("GPU"):
        return None
    return (
        "nvidia-smi is here and TensorFlow sees no GPU, so this runs on the processor: `make env GPU=1` installs the "
        "CUDA libraries that TensorFlow looks for; CUDA_VISIBLE_DEVICES=-1 hides the GPU, and this line"
    )


@contextlib.contextmanager
def _native_messages_held() -> Iterator[None]:
    """Holds back what C++ code writes to standard error; TensorFlow has no setting for its first lines.

    Should the block fail, the lines are written after all.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
