#!/usr/bin/env bash
# uv 0.13.9, seen on 2026-11-29: in a folder whose pyproject.toml has `constraint-dependencies`, `uv pip compile
# --generate-hashes` writes a lock that `uv pip install --require-hashes` in the same folder refuses. Every line of the lock is
# pinned and hashed; what it calls unpinned is the constraint. The cure is --no-config.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9
cd "$folder"
cat > pyproject.toml <<'PROJECT'
[project]
name = "sample"
version = "1"
dependencies = ["colorama"]
[tool.uv]
constraint-dependencies = ["colorama<0.4.7"]
PROJECT
uv=("$folder/venv/bin/uv" --quiet --cache-dir "$folder/cache" pip)
"${uv[@]}" compile pyproject.toml --generate-hashes -o requirements.lock
grep -o '^colorama==0.4.6' requirements.lock | tee output.txt
install=("${uv[@]}" install --no-deps --require-hashes --python "$folder/venv/bin/python" -r requirements.lock)
"${install[@]}" 2>&1 | tee -a output.txt || true
"${install[@]}" --no-config && echo installed | tee -a output.txt
diff - output.txt <<'SEEN'
colorama==0.4.6
error: In `--require-hashes` mode, all requirements must have their versions pinned with `==`, but found: colorama<0.4.7
installed
SEEN
