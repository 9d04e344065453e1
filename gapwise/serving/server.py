"""The server process: it ends without losing a request."""

import asyncio
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from gapwise.base.errors import UserError
from gapwise.labelling.exported import Exported
from gapwise.serving.app import create

DRAINED = 0.5  # seconds in which a connection that was just made brings its request


class Server(uvicorn.Server):
    """Stops one step after the other: accepts what waits, takes no more, and later closes what nobody uses.

    uvicorn does all at once, and so resets connections that wait to be accepted, and those whose request is on its way.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends, once all requests are answered."""
        loop = asyncio.get_running_loop()
        listening = [one for server in self.servers for one in server.sockets]
        for one in listening:
            loop.remove_reader(one)
        await asyncio.sleep(DRAINED / 10)  # in which asyncio hands over what it has accepted
        waiting = [connection for one in listening for connection in _accepted(one.fileno())]
        for server in self.servers:
            server.close()
        for connection in waiting:
            await loop.connect_accepted_socket(self._protocol, connection)
        await asyncio.sleep(DRAINED)
        await super().shutdown(sockets)

    def _protocol(self) -> Any:
        """Makes what speaks HTTP on one connection, as uvicorn does at its start."""
        make: Any = self.config.http_protocol_class  # one of two classes, both made like this
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _accepted(descriptor: int) -> Iterator[socket.socket]:
    """Accepts the connections that wait at a listening socket, which does not block."""
    with socket.socket(fileno=os.dup(descriptor)) as listening:
        while True:
            try:
                connection, _ = listening.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            yield connection


def listening(host: str, port: int) -> socket.socket:
    """Opens what clients connect to.

    Args:
        host: Address of this machine, or a name of it.
        port: From 0, which is any that is free, to 65535.

    Raises:
        UserError: If that cannot be had.
    """
    try:
        (family, *_), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]  # Python says the address again
        raise UserError(
            f"Nothing can listen on {host}, port {port}: {why}. Name an address of this machine with "
            "--host, and a port that is free with --port."
        ) from error


def serve(export: Exported, connections: socket.socket) -> None:
    """Serves until a signal ends it.

    Args:
        export: That labels.
        connections: From `listening`.
    """
    server: Server  # the application asks it whether it ends
    app = create(export, lambda: server.should_exit)
    server = Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=30))
    server.run(sockets=[connections])
