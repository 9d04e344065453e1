"""`gapwise serve`: labels texts over HTTP with an export."""

from pathlib import Path

from gapwise.base.errors import UserError
from gapwise.labelling.exported import Exported


def run(folder: Path, *, host: str, port: int) -> None:
    """Serves until it is stopped; the arguments are those of the command, see `commands.app`."""
    try:
        import uvicorn

        from gapwise.serving.app import create
    except ImportError as error:
        raise UserError(f"To serve, the package {error.name} is missing. Run `make env`.") from error
    export = Exported(folder)
    server: uvicorn.Server  # the application asks it whether it ends
    app = create(export, lambda: server.should_exit)
    # On SIGTERM it takes no new requests, and answers those that it has.
    server = uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=30)
    )
    server.run()
