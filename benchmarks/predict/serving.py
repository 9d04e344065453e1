"""Requests per second of `gapwise serve`, their latency, and what is lost when it is stopped."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd

from benchmarks.pipeline import PROJECT
from gapwise.texts.samples import read_samples

CLIENTS = (1, 8, 64)


class Client(threading.Thread):
    """Asks for one text after the other over one connection, until it is told to stop."""

    def __init__(self, port: int, texts: list[str], stop: threading.Event) -> None:
        super().__init__()
        self.port, self.texts, self.stop = port, texts, stop
        self.latencies: list[float] = []
        self.lost = 0

    def run(self) -> None:
        """Asks; a request that was sent and got no answer is lost, one that could not be sent is not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        number = 0
        while not self.stop.is_set():
            body = json.dumps({"texts": [self.texts[number % len(self.texts)]]})
            number += 1
            try:
                if connection.sock is None:
                    connection.connect()
            except OSError:
                return
            started = time.perf_counter()
            try:
                connection.request("POST", "/label", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self.lost += 1
                return
            if answer.status != 200:
                self.lost += 1
                return
            self.latencies.append(time.perf_counter() - started)
            if answer.will_close:
                connection.close()


def measure(seconds: float, export: str = "exports/onnx") -> pd.DataFrame:
    """Measures with clients in threads of this process, which share the processors with the server.

    Returns:
        `clients`, `requests` per second, `median` and `p99` latency in milliseconds, and `lost`: requests without an
        answer, of which the last round has those that were on their way when the server got SIGTERM.
    """
    texts = read_samples()["movie-reviews"]["text"][:500].tolist()
    rows = []
    for clients, stopped in [*((number, False) for number in CLIENTS), (CLIENTS[-1], True)]:
        server, port = _start(export)
        stop = threading.Event()
        asking = [Client(port, texts, stop) for _ in range(clients)]
        started = time.perf_counter()
        for one in asking:
            one.start()
        time.sleep(seconds)
        if stopped:
            server.send_signal(signal.SIGTERM)
        else:
            stop.set()
        for one in asking:
            one.join()
        took = time.perf_counter() - started
        if not stopped:
            server.send_signal(signal.SIGTERM)
        server.wait(60)
        latencies = 1000 * np.concatenate([one.latencies for one in asking])
        rows.append(
            {
                "clients": clients,
                "stopped": stopped,
                "requests": len(latencies) / took,
                "median": np.median(latencies),
                "p99": np.quantile(latencies, 0.99),
                "lost": sum(one.lost for one in asking),
            }
        )
    return pd.DataFrame(rows)


def _start(export: str) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gapwise", "serve", export, "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return server, port
        except OSError:
            time.sleep(0.05)
    sys.exit(f"gapwise serve {export} ended with exit code {server.returncode}")
