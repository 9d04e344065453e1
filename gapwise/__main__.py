"""The commands beside the stages: `gapwise --help`, or `python -m gapwise --help`."""

from gapwise.commands.app import app


def main() -> None:
    """Runs a command."""
    app(prog_name="gapwise")


if __name__ == "__main__":
    main()
