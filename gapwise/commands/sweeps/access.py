"""Who may enter a Ray cluster: it always asks for a token, and every machine and driver has the same one."""

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from gapwise.base.errors import UserError

CURE = (
    "copy ~/.ray/auth_token of the head node to the same place here, readable for you alone, or set RAY_AUTH_TOKEN "
    "(docs/cluster.md)"
)
OPEN = "it asks for no token, so whoever reaches it can run code on its machines"
REFUSED = "InvalidAuthToken"
LOCAL = "local"  # in place of an address: a cluster of this machine, for this run
SECONDS = 5  # to wait for an answer


def require_address(address: str) -> None:
    """Checks how a cluster is named.

    Raises:
        UserError: If it is neither `HOST:PORT` nor `local`.
    """
    host, _, port = address.rpartition(":")
    if address != LOCAL and not (host and port.isascii() and port.isdigit()):
        raise UserError(f"--ray must be HOST:PORT of the head node, or local; got {address}.")


def mode(address: str) -> str:
    """Checks that a cluster is there, asks for a token, and takes ours.

    Args:
        address: Of the head node, `HOST:PORT`.

    Returns:
        What RAY_AUTH_MODE must be: `token`, or `disabled` for an open cluster that listens on loopback alone.

    Raises:
        UserError: If it is not there, open to others, or refuses this machine.
    """
    require_address(address)
    host, _, digits = address.rpartition(":")
    port = int(digits)
    if not _answers(host, port):
        raise UserError(f"No Ray cluster answers at {address}.", ["on the head node: `ray status` (docs/cluster.md)"])
    if _healthy(address, RAY_AUTH_MODE="disabled") is None:
        if any(_answers(own, port) for own in _outer_addresses()) or not _is_loopback(host):
            raise UserError(f"The Ray cluster at {address} is open:", [OPEN, "start it anew as docs/cluster.md says"])
        return "disabled"
    if not has_token():
        raise UserError(f"The Ray cluster at {address} asks for a token, and there is none here.", [CURE])
    failure = _healthy(address, RAY_AUTH_MODE="token")
    if failure is not None:
        problems = [CURE] if REFUSED in failure else [failure.splitlines()[-1]]
        raise UserError(f"The Ray cluster at {address} refuses this machine.", problems)
    return "token"


def has_token() -> bool:
    """Tells whether there is a token for Ray, in its variables or in its file."""
    if "RAY_AUTH_TOKEN" in os.environ:
        return True
    return Path(os.environ.get("RAY_AUTH_TOKEN_PATH", Path.home() / ".ray" / "auth_token")).is_file()


def mode_here() -> str:
    """Sees to it that there is a token for a cluster of this machine; Ray would make one that others can read."""
    if not has_token():
        path = Path.home() / ".ray" / "auth_token"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return "token"


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return True
    except (OSError, OverflowError):
        return False


def _is_loopback(host: str) -> bool:
    return socket.gethostbyname(host).startswith("127.")


def _outer_addresses() -> list[str]:
    found = (one for addresses in psutil.net_if_addrs().values() for one in addresses)
    return [one.address for one in found if one.family == socket.AF_INET and not one.address.startswith("127.")]


def _healthy(address: str, **environment: str) -> str | None:
    """Asks a cluster whether it is well, as a client of its own; gives what Ray says if it does not answer that."""
    done = subprocess.run(
        [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stderr.strip() or "it says nothing") if done.returncode else None
