#!/usr/bin/env bash
# keras 3.15.1, seen on 2026-11-29: the backend `numpy`, which promises inference with NumPy alone, imports SciPy and JAX, and
# the package asks for neither of them. In an environment of keras and NumPy `import keras` ends with ModuleNotFoundError, first
# of scipy, then of jax. Whoever wants to run a saved network without a large framework gets half a gigabyte of JAX with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6
cd "$folder"
export KERAS_BACKEND=numpy
seen() { "$folder/venv/bin/python" -c 'import keras' 2>&1 | tail -n 1 | tee -a output.txt || true; }
seen
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scipy==1.17.1
seen
diff - output.txt <<'SEEN'
ModuleNotFoundError: No module named 'scipy'
ModuleNotFoundError: No module named 'jax'
SEEN
