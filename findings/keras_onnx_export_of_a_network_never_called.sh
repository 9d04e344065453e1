#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0 with tf2onnx 1.17.0, seen on 2026-11-28: a functional model that is built and has its weights,
# but was never called on values, is exported to a SavedModel and to LiteRT, and refused for ONNX ("has never called").
# One call on any values before the export is enough.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tensorflow==2.21.0 keras==3.15.1 tf2onnx==1.17.0 onnx==1.23.2
cd "$folder"
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON' 2> /dev/null | tee output.txt
import keras
import numpy as np


def export(format, path, called):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    if called:
        model(np.ones((1, 4), "float32"))
    try:
        model.export(path, format=format, verbose=False)
    except ValueError as error:
        return f"ValueError: {error}".strip()
    return "written"


print("litert", export("litert", "a.tflite", called=False))
print("tf_saved_model", export("tf_saved_model", "a", called=False))
print("onnx", export("onnx", "a.onnx", called=False))
print("onnx, called", export("onnx", "b.onnx", called=True))
PYTHON
diff - output.txt <<'SEEN'
litert written
tf_saved_model written
onnx ValueError: The model provided has never called.
onnx, called written
SEEN
