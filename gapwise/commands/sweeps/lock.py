"""What requirements.lock asks of a machine."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^[A-Za-z0-9][^\\\n]*", re.MULTILINE)


def locked(lock: str) -> dict[str, str]:
    """Gives the version of each package that a lock has for this platform and Python, by name.

    Args:
        lock: The text of requirements.lock.
    """
    pins = (Requirement(line.strip()) for line in PIN.findall(lock))
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in here if pin.specifier}


def required(project: str) -> list[str]:
    """Names the packages that a project needs at least.

    Args:
        project: The text of pyproject.toml.
    """
    dependencies = tomllib.loads(project).get("project", {}).get("dependencies", [])
    return [canonicalize_name(Requirement(one).name) for one in dependencies]
