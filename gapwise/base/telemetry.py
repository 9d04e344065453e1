"""What libraries would tell their makers is switched off: whoever labels texts with a model tells nobody."""

import os
import sys


def off() -> None:
    """Keeps ONNX Runtime, OpenVINO and Ray from counting a user; call it before one of them is imported.

    ONNX Runtime writes an id of the machine and events, with the path of the program, to the user's home to send them;
    OpenVINO an id, and sends events on import. A user who sets the variables otherwise is obeyed.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # OpenVINO then takes its own stub
