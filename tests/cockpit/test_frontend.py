"""What a browser loads first: answered from memory as it stands on disk, announced with every page."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import HTMLResponse, PlainTextResponse

from cockpit.frontend import FIRST_PARTS, STATIC, Frontend, first_scripts

SCRIPTS = STATIC / "static" / "js"


async def behind(scope: Any, receive: Any, send: Any) -> None:
    answer = HTMLResponse("page") if scope["path"] == "/overview" else PlainTextResponse("other")
    await answer(scope, receive, send)


def ask(path: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an answer."""
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    asyncio.run(Frontend(behind)(scope, None, send))  # type: ignore[arg-type]
    headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in messages)


def test_scripts_are_answered_as_they_stand_and_may_be_kept() -> None:
    script = next(SCRIPTS.glob("Html.*.js"))
    headers, body = ask(f"/static/js/{script.name}")
    assert body == script.read_bytes()
    assert headers["content-type"].startswith("text/javascript") and "immutable" in headers["cache-control"]


def test_a_page_announces_the_parts_it_is_made_of_and_nothing_else_does() -> None:
    headers, body = ask("/overview")
    assert body == b"page"
    for part in FIRST_PARTS:
        assert f"<static/js/{part}." in headers["link"]
    headers, body = ask("/_stcore/health")
    assert body == b"other" and "link" not in headers


def test_announced_scripts_exist_and_are_not_named_in_the_page_already() -> None:
    names = first_scripts(SCRIPTS)
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert len(names) > len(FIRST_PARTS) and all((SCRIPTS / name).is_file() and name not in page for name in names)
