"""`gapwise serve`: labels texts over HTTP with an export."""

from pathlib import Path

from gapwise.base.errors import UserError
from gapwise.labelling.exported import Exported


def run(folder: Path, *, host: str, port: int) -> None:
    """Serves until it is stopped; the arguments are those of the command, see `commands.app`."""
    try:
        from gapwise.serving.server import listening, serve
    except ImportError as error:
        raise UserError(f"To serve, the package {error.name} is missing. Run `make env`.") from error
    export = Exported(folder)
    with listening(host, port) as connections:
        print(f"Serving {folder} at http://{host}:{connections.getsockname()[1]}; Ctrl-C ends it", flush=True)
        serve(export, connections)
