"""Looks up the packages of the locks in a database of known vulnerabilities, with pip-audit.

Where the database cannot be reached, it says so and passes: a machine without a network must still be able to run the
other checks. pip-audit itself says "no known vulnerabilities" where it found no package at all, so its report is read
rather than its exit code.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

LOCKS = ("requirements.lock", "requirements-gpu.lock")


def command() -> list[str] | None:
    """Finds pip-audit, or uv's way to run it without installing it; None if there is neither."""
    if importlib.util.find_spec("pip_audit"):
        return [sys.executable, "-m", "pip_audit"]
    return ["uvx", "pip-audit"] if shutil.which("uvx") else None


def audit(tool: Sequence[str], locks: Sequence[str] = LOCKS) -> tuple[int, str]:
    """Audits locks whose every package is pinned and hashed.

    Returns:
        An exit code, 1 for known vulnerabilities and else 0, and what to say.
    """
    options = [
        *(part for lock in locks for part in ("--requirement", lock)),
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--format",
        "json",
    ]
    done = subprocess.run([*tool, *options], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = done.stderr.strip().splitlines() or ["no message"]
        return 0, f"audit skipped: pip-audit gave no report ({lines[-1]})"
    return judge(packages)


def judge(packages: Sequence[dict[str, Any]]) -> tuple[int, str]:
    """Sums up pip-audit's report: one dict per package, with `vulns` or a `skip_reason`."""
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        return 0, f"audit skipped: the database was not reached, or knows none of {len(packages)} packages"
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}; "
        f"mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for package in known
        for flaw in package["vulns"]
    ]
    counted = f"audit: {len(known)} packages looked up, {len(packages) - len(known)} unknown to the database"
    return int(bool(found)), "\n".join([f"{counted}, {len(found)} known vulnerabilities", *found])


def main() -> None:
    """Prints the outcome and exits with its code."""
    tool = command()
    code, said = audit(tool) if tool else (0, "audit skipped: neither pip-audit nor uvx is installed")
    print(said)
    sys.exit(code)


if __name__ == "__main__":
    main()
