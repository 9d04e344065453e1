#!/usr/bin/env bash
# TensorFlow 2.21.0, seen on 2026-12-01 on an Intel processor with AMX: TF_SET_ONEDNN_FPMATH_MODE=BF16 lets oneDNN compute
# float32 products in bfloat16, and reaches products of stacks of matrices alone. The same product of two plain matrices,
# of which dense layers and their gradients are made, stays float32, also where it is fused with a bias and an activation:
# of a transformer, attention gets less exact, and next to nothing gets faster. A cast to bfloat16 reaches every product.
# Needs a processor whose flags have avx512_bf16 or amx_bf16; others compute all of it in float32.
set -euo pipefail
grep --quiet --extended-regexp 'avx512_bf16|amx_bf16' /proc/cpuinfo || { echo "this processor has no bfloat16" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0
cat > "$folder/products.py" <<'PYTHON'
import os

import numpy as np
import tensorflow as tf

a, b = (np.random.default_rng(seed).normal(size=(512, 512)).astype(np.float32) for seed in (0, 1))
exact = a.astype(float) @ b.astype(float)
WAYS = {
    "plain": lambda a, b: tf.matmul(a, b),
    "plain, with bias and activation": lambda a, b: tf.nn.relu(tf.nn.bias_add(tf.matmul(a, b), np.ones(512, np.float32))),
    "stacked": lambda a, b: tf.matmul(a[None], b[None])[0],
    "plain, cast": lambda a, b: tf.cast(tf.matmul(tf.cast(a, tf.bfloat16), tf.cast(b, tf.bfloat16)), tf.float32),
}
for name, way in WAYS.items():
    wanted = np.maximum(exact + 1, 0) if "bias" in name else exact
    error = np.linalg.norm(tf.function(way)(tf.constant(a), tf.constant(b)).numpy() - wanted) / np.linalg.norm(wanted)
    print(f"{os.environ.get('TF_SET_ONEDNN_FPMATH_MODE', 'unset')}: {name}:", "bfloat16" if error > 1e-4 else "float32")
PYTHON
export TF_CPP_MIN_LOG_LEVEL=3
{
    "$folder/venv/bin/python" "$folder/products.py"
    TF_SET_ONEDNN_FPMATH_MODE=BF16 "$folder/venv/bin/python" "$folder/products.py"
} 2> /dev/null | tee "$folder/output.txt"
diff - "$folder/output.txt" <<'SEEN'
unset: plain: float32
unset: plain, with bias and activation: float32
unset: stacked: float32
unset: plain, cast: bfloat16
BF16: plain: float32
BF16: plain, with bias and activation: float32
BF16: stacked: bfloat16
BF16: plain, cast: bfloat16
SEEN
