#!/usr/bin/env bash
# onnxruntime 1.32.0 and openvino 2026.4.1, seen on 2026-11-29 on Linux: to load one model with the first, and only to import the
# second, writes an id of the user to the home folder, to be sent with events. Nothing is printed or asked. ONNX Runtime's
# database holds events with the path of the Python program. ORT_DISABLE_TELEMETRY=1 keeps ONNX Runtime from it; its Python call
# disable_telemetry_events() comes after the files are there. OpenVINO has no such variable: it looks for signs of three CI systems,
# CI=true but not CI=1 among them, and writes nothing where its package openvino-telemetry cannot be imported.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 openvino==2026.4.1 onnx==1.23.2
cat > model.py <<'MODEL'
import onnx
from onnx import TensorProto, helper
given, found = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y"))
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [given], [found])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "model.onnx")
MODEL
venv/bin/python model.py
at_home() {  # what a program leaves in an empty home
    mkdir "home-$1"
    env -u CI -u TF_BUILD -u JENKINS_URL -u ORT_DISABLE_TELEMETRY HOME="$PWD/home-$1" "${@:3}" venv/bin/python -c "$2"
    echo "$1: $(cd "home-$1" && find . -type f ! -name '*-journal' | sort | paste -sd ' ')"
}
load='onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])'
{
    at_home onnxruntime "import onnxruntime; $load"
    at_home onnxruntime-call "import onnxruntime; onnxruntime.disable_telemetry_events(); $load"
    at_home onnxruntime-variable "import onnxruntime; $load" ORT_DISABLE_TELEMETRY=1
    at_home openvino "import openvino"
    at_home openvino-ci-1 "import openvino" CI=1
    at_home openvino-ci-true "import openvino" CI=true
    at_home openvino-without "import sys; sys.modules['openvino_telemetry'] = None; import openvino"
} | tee output.txt
diff - output.txt <<'SEEN'
onnxruntime: ./.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid ./.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db
onnxruntime-call: ./.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid ./.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db
onnxruntime-variable: 
openvino: ./intel/openvino_ga_cid ./intel/stats
openvino-ci-1: ./intel/openvino_ga_cid ./intel/stats
openvino-ci-true: 
openvino-without: 
SEEN
