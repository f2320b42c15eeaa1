"""A cockpit server of one's own, for tests and benchmarks."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cockpit.launch import command, environment
from orchestration.home import Home

HOST = "127.0.0.1"


@contextmanager
def cockpit_server(home: Home, **variables: str) -> Iterator[str]:
    """Address of a server on the home; it ends with the block."""
    port = free_port()
    started = subprocess.Popen(
        command(HOST, port), env=environment(home) | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, started)
        yield f"http://{HOST}:{port}"
    finally:
        started.terminate()
        started.wait(20)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(port: int, started: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while True:
        assert started.poll() is None and time.monotonic() < end, "the server does not start"
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
