"""A sweep as lines of shell, one for each experiment, for whatever runs lines on machines: xargs, Slurm, HyperQueue."""

import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath

from gapwise.commands.sweeps.work import Job, Origin

# As `work.perform`, in the words of a shell: POSIX, and flock. The locks are those that it takes.
STEPS = (
    "set -eu",
    'again() {{ for pause in 2 5 15 30 60 120 240; do "$@" && return; sleep $pause; done; "$@"; }}',
    "name={name} ref={ref} url={url} commit={commit}",
    'mkdir -p "${{GAPWISE_CLONES:-$HOME/.cache/gapwise}}/{project}"',
    'cd "${{GAPWISE_CLONES:-$HOME/.cache/gapwise}}/{project}"',
    'exec 8> "$name.lock"',
    "flock 8",
    'known=$(again git ls-remote "$url" "$ref")',
    'if [ -n "$known" ]; then echo "$name: done before"; exit; fi',
    "n=1",
    'while exec 9> "$n.lock"; ! flock -n 9; do n=$((n + 1)); done',
    'if [ ! -d $n ]; then rm -rf $n.partial; again git clone -q --no-checkout "$url" $n.partial; mv $n.partial $n; fi',
    "cd $n",
    "find .git -name '*.lock' -delete",
    "again git -c gc.auto=0 fetch -q --tags origin",
    "git for-each-ref --format='delete %(refname)' refs/exps | git update-ref --stdin",
    'git checkout -q --force --detach "$commit"',
    "git clean -q -fd",
    "cd {inside}",
    'if [ -z "${{GAPWISE_ENV:-}}" ]; then make -s env; fi',
    'export PATH="${{GAPWISE_ENV:-$PWD/.venv}}/bin:$PATH"',
    "again dvc pull -q --allow-missing",
    'dvc exp run -q -n "$name" {overrides} || exit 1',  # at DVC's own 255, xargs would begin no further line
    "again dvc push -q",
    'again git push -q --force-with-lease="$ref:" origin "$ref:$ref"',
    'echo "$name: done"',
)


def lines(jobs: Sequence[Job], origin: Origin) -> list[str]:
    """Writes experiments as lines.

    Args:
        jobs: Any number.
        origin: A git remote that has the commit.

    Returns:
        A line each for `sh -c`: it makes or takes a clone on the machine that runs it, runs the experiment there unless
        the remote has it, and pushes outputs, then the reference. It may be run twice, at once too.
    """
    return ["; ".join(STEPS).format(**_values(job, origin)) for job in jobs]


def _values(job: Job, origin: Origin) -> dict[str, str]:
    values = {
        "name": job.name,
        "ref": origin.namespace + job.name,
        "url": origin.url,
        "commit": origin.commit,
        "project": folder_name(origin),
        "inside": origin.inside,
    }
    options = [part for override in job.overrides for part in ("-S", override)]
    return {key: shlex.quote(value) for key, value in values.items()} | {"overrides": shlex.join(options)}


def folder_name(origin: Origin) -> str:
    """Names the folder of a project's clones."""
    import hashlib

    stem = PurePosixPath(origin.url.rstrip("/")).name.removesuffix(".git") or "project"
    return f"{stem}-{hashlib.sha256(origin.url.encode()).hexdigest()[:8]}"
