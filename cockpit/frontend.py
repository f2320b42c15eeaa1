"""What a browser loads before the first page: scripts and fonts of Streamlit, answered from memory and announced early.

A first visit asks for some eighty small files. Streamlit opens each on a thread that competes with drawing the page, and the
browser learns of the parts a page is made of only when it is told to draw them. Names hold a hash of the content: what is kept
stays true.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(streamlit.__file__).parent / "static"
FIRST_PARTS = ("Html", "Selectbox", "ButtonGroup")
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
FOREVER = "public, immutable, max-age=31536000"
IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')


class Frontend:
    """Answers what it keeps; everything else goes to the application behind it, with the parts of the first page announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept = {f"/{path.relative_to(STATIC)}": _response(path) for path in STATIC.rglob("*") if path.suffix in MEDIA_TYPES}
        self._announced = ", ".join(f"<static/js/{name}>; rel=modulepreload" for name in first_scripts(STATIC / "static" / "js"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif kept := self._kept.get(scope["path"]):
            await kept(scope, receive, send)
        else:
            await self._app(scope, receive, self._announcing(send))

    def _announcing(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", self._announced)
            await send(message)

        return sent


def first_scripts(folder: Path) -> list[str]:
    """Scripts the first page needs beyond the application's own: its parts and all they import, by name."""
    waiting = [path.name for part in FIRST_PARTS for path in folder.glob(f"{part}.*.js")]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    named = (STATIC / "index.html").read_text(encoding="utf-8")
    return [name for name in found if name not in named]


def _response(path: Path) -> Response:
    return Response(path.read_bytes(), media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": FOREVER})
