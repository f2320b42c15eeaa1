"""Start the cockpit's server: bound to one address, no telemetry, nothing fetched from outside."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from orchestration.home import Home

APP = Path(__file__).with_name("app.py")
NEEDED_LATER = ("cockpit.answers", "cockpit.sources", "cockpit.ui.charts", "pandas")
# Given to the server so that neither a file in the user's home nor an environment variable can switch telemetry on.
SETTLED = {
    "browser.gatherUsageStats": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": False,
}


def command(host: str, port: int) -> list[str]:
    """The command line of the server."""
    return [sys.executable, "-m", "cockpit.launch", host, str(port)]


def settings(host: str, port: int) -> dict[str, object]:
    """What the server is told."""
    return {**SETTLED, "server.address": host, "browser.serverAddress": host, "server.port": port}


def environment(home: Home) -> dict[str, str]:
    """Its environment: the home to show, and the package on the path."""
    packages = [str(APP.parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "CASEMIX_HOME": str(home.root), "PYTHONPATH": os.pathsep.join(packages), "DO_NOT_TRACK": "1"}


def _run(host: str, port: int) -> None:
    """Be the server. It listens when the first page has been drawn once, so that the first reader waits for nothing."""
    _draw_first_page()
    for module in NEEDED_LATER:
        import_module(module)
    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from cockpit.frontend import Frontend

    App(APP, middleware=[Middleware(Frontend)]).run(config=settings(host, port))


def _draw_first_page() -> None:
    """Load, compile and read what the first page needs; Streamlit itself compiles much at its first script."""
    from streamlit.testing.v1 import AppTest

    AppTest.from_file(str(APP), default_timeout=600).run()


def serve(home: Home, host: str, port: int) -> NoReturn:
    """Become the server; returns only with the process."""
    arguments = command(host, port)
    os.execve(arguments[0], arguments, environment(home))  # noqa: S606 - our own interpreter, no shell


if __name__ == "__main__":
    _run(sys.argv[1], int(sys.argv[2]))
