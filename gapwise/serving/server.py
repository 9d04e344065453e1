"""The server process: it ends without losing a request."""

import asyncio
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

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


def serve(export: Exported, host: str, port: int) -> None:
    """Serves until a signal ends it.

    Args:
        export: That labels.
        host: Address to listen on.
        port: To listen on.
    """
    server: Server  # the application asks it whether it ends
    app = create(export, lambda: server.should_exit)
    server = Server(uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=30))
    server.run()
