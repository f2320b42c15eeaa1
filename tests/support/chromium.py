"""A headless Chromium driven over its debugging protocol: pages, pictures, and every request they make."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)
NAVIGATED = "Inspected target navigated"
READY = """(() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const drawn = document.querySelector('[data-testid="stHtml"] h1, [data-testid="stAlert"]');
  const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
  return !!app && app.getAttribute('data-test-script-state') === 'notRunning' && !!drawn
    && !document.querySelector('[data-testid="stSkeleton"]') && charts.every(c => c.querySelector('.main-svg'));
})()"""


def find_chromium() -> str | None:
    """The browser of this machine; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """A page of the browser; `requests` are the addresses it has asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sent = 0
        self.requests: list[str] = []
        for domain in ("Page", "Network", "Runtime"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer, which is empty where the page gave way to another meanwhile."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == self._sent:
                if NAVIGATED in message.get("error", {}).get("message", ""):
                    return {"result": {}}
                assert "error" not in message, message
                return dict(message["result"])
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        if message.get("method") == "Network.webSocketCreated":
            self.requests.append(message["params"]["url"])

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression."""
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def size(self, width: int, height: int) -> None:
        """Show the page on a screen of this size."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)

    def open(self, address: str, timeout: float = 60, ready: str = READY) -> float:
        """Go to an address and wait until it is drawn; returns the seconds it took."""
        began = time.monotonic()
        self.send("Page.navigate", url=address)
        self.wait(ready, timeout)
        return time.monotonic() - began

    def wait(self, expression: str, timeout: float = 60) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + timeout
        while not self.evaluate(expression):
            assert time.monotonic() < end, (
                f"not within {timeout} s: {expression}; page says: {self.evaluate('document.body.innerText')}"
            )
            time.sleep(0.05)

    def picture(self, path: Path, width: int = 1440, most: int = 6000) -> None:
        """Take a picture of the whole page."""
        height = self.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-testid=\"stMainBlockContainer\"]')].map(e => e.scrollHeight), 600)"
        )
        self.size(width, min(int(height) + 60, most))
        time.sleep(0.6)
        path.write_bytes(self.screen())

    def screen(self) -> bytes:
        """What is on the screen, as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])


@contextmanager
def open_tab(browser: str) -> Iterator[Tab]:
    """A tab of a browser of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        started = subprocess.Popen(
            [browser, *QUIET, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "no_proxy": "127.0.0.1,localhost"},
        )
        try:
            with connect(_address(Path(profile) / "DevToolsActivePort"), max_size=None) as socket:
                yield Tab(socket)
        finally:
            started.terminate()
            started.wait(20)


def _address(port_file: Path) -> str:
    end = time.monotonic() + 60
    while not port_file.is_file() or not port_file.read_text().strip():
        assert time.monotonic() < end, "the browser does not start"
        time.sleep(0.1)
    port = port_file.read_text().split()[0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/json") as answer:
        tabs = json.load(answer)
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))
