"""The commands of the pages, typed into bash and into zsh, which macOS has."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = ["README.md", *map(str, sorted(Path("docs").glob("*.md")))]
PROGRAMS = ("dvc", "git", "gapwise", "make", "cp", "source")
# Each of these prints the arguments that it was called with, and does nothing.
TELL = "".join(f"{program}() {{ printf '<%s>' {program} \"$@\"; echo; }}\n" for program in PROGRAMS)
SHELLS = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"]}  # typed: a zsh takes `#` for an argument then


def commands(page):
    """The lines of a page's blocks that somebody would type, but for those with a gap to fill, as <this repository>."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", Path(page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(tuple(f"{name} " for name in PROGRAMS)) and "<" not in line]


def typed(shell, lines):
    """What the programs are called with."""
    done = subprocess.run(
        SHELLS[shell], input=TELL + "\n".join([*lines, ""]), capture_output=True, text=True, check=False
    )
    assert "event not found" not in done.stderr
    assert "no matches" not in done.stderr
    return re.findall("^<.*>$", done.stdout, re.MULTILINE)


def test_most_pages_have_commands():
    assert sum(bool(commands(page)) for page in PAGES) >= 6


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_a_command_means_the_same_in_bash_and_in_zsh(page, require):
    require(shutil.which("zsh"), "needs zsh")
    lines = commands(page)
    called = typed("zsh", lines)
    assert len(called) >= len(lines)
    assert called == typed("bash", lines)


def test_odd_names_are_quoted_so_that_they_arrive_whole():
    called = "\n".join(typed("bash", commands("docs/files.md")))
    for value in (
        'prepare.label_column="Gefühl"',
        'prepare.text_column="What did you like, and why?"',
        'prepare.source="data/raw/März (1).csv"',
        'prepare.text_column="Customer\'s comment!"',
    ):
        assert f"<-S><{value}>" in called


def test_a_program_of_the_environment_finds_its_python_without_activating():
    ask = "import subprocess; print(subprocess.check_output('command -v python', shell=True, text=True))"
    found = subprocess.check_output([sys.executable, "-c", ask], env={"PATH": "/usr/bin:/bin"}, text=True)
    assert Path(found.strip()).parent == Path(sys.executable).parent
