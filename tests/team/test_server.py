"""Where the SSH server is missing and cannot be installed, the tests that need it say so; in CI they fail."""

import shutil

import pytest

from tests.team import hub


@pytest.fixture
def bare(monkeypatch):
    """A machine without sshd, on which root may do everything."""
    found = shutil.which
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name, **where: None if name == "sshd" else found(name, **where))
    return monkeypatch


def without_root(machine):
    machine.setattr("os.geteuid", lambda: 1000)


def without_apt(machine):
    machine.setattr("shutil.which", lambda name, **where: None)


def without_packages(machine):
    machine.setattr("subprocess.run", lambda command, **_: hub.subprocess.CompletedProcess(command, 100, "", "E: no\n"))


@pytest.mark.parametrize(
    ("lack", "why"),
    [
        (without_root, "only root may install it"),
        (without_apt, "there is no apt-get to install it"),
        (without_packages, "E: no"),
    ],
)
def test_what_keeps_the_server_from_being_installed_is_said(bare, lack, why):
    lack(bare)
    assert hub.obstacle() == f"sshd is missing ({why}); on Debian, as root: apt-get install openssh-server"


def test_a_test_that_cannot_run_is_skipped_with_its_reason_and_fails_in_ci(require, monkeypatch):
    require(True, "never said")
    monkeypatch.delenv("GAPWISE_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"^no server$"):
        require(False, "no server")
    monkeypatch.setenv("GAPWISE_NO_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match=r"^no server$"):
        require(False, "no server")
