#!/usr/bin/env bash
# DVC 3.67.1, seen on 2026-11-27: where the DVC project is a folder of a larger git repository, DVCFileSystem counts paths
# from the DVC project if it is given no revision, and from the top of git if it is given one. With a revision it finds
# nothing in the project unless `subrepos=True` is given too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$folder/site"
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
mkdir -p "$folder/mono/ml" && cd "$folder/mono"
git init --quiet
cd ml
dvc init --quiet --subdir
printf 'a\n' > data.csv
dvc add --quiet data.csv
git add . && git commit --quiet --message first
python - <<'PYTHON' | tee "$folder/output.txt"
from dvc.fs import DVCFileSystem

for rev in (None, "HEAD"):
    for subrepos in (False, True):
        files = DVCFileSystem(repo=".", rev=rev, subrepos=subrepos)
        found = [path for path in ("data.csv", "ml/data.csv") if files.exists(path)]
        print(f"rev={rev} subrepos={subrepos}: {', '.join(found) or 'nothing'}")
PYTHON
diff - "$folder/output.txt" <<'SEEN'
rev=None subrepos=False: data.csv
rev=None subrepos=True: data.csv
rev=HEAD subrepos=False: nothing
rev=HEAD subrepos=True: ml/data.csv
SEEN
