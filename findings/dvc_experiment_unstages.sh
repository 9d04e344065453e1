#!/usr/bin/env bash
# DVC 3.67.1, seen on 2026-11-27: `dvc exp run` takes what was staged and not committed out of git's index. A new file that
# was added, as the note that `dvc add` makes, is untracked again after the experiment, and the next one in a copy of the
# project lacks it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$folder/site"
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
mkdir "$folder/project" && cd "$folder/project"
git init --quiet && dvc init --quiet
printf 'n: 1\n' > params.yaml
printf 'stages:\n  copy:\n    cmd: cp data.csv out.csv\n    deps: [data.csv]\n    params: [n]\n    outs: [out.csv]\n' > dvc.yaml
git add . && git commit --quiet --message first
printf 'a\n' > data.csv
dvc add --quiet data.csv
git add data.csv.dvc .gitignore
{
    echo before
    git status --porcelain data.csv.dvc .gitignore
    dvc exp run --quiet --set-param n=2 > /dev/null 2>&1
    echo after
    git status --porcelain data.csv.dvc
} | tee "$folder/output.txt"
diff - "$folder/output.txt" <<'SEEN'
before
A  .gitignore
A  data.csv.dvc
after
?? data.csv.dvc
SEEN
