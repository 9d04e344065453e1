"""The commands beside the stages: `python -m gapwise --help`."""

from commands.app import app

if __name__ == "__main__":
    app(prog_name="python -m gapwise")
