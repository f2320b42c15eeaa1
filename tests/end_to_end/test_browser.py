"""The cockpit in a real browser: nothing leaves the host, links lead where they say, and a telephone is wide enough."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from orchestration.home import Home
from tests.support.chromium import READY, Tab, find_chromium, open_tab
from tests.support.cockpit_server import HOST, cockpit_server

BROWSER = find_chromium()
MONTH = "hospital=H1&month=2025-02"
PAGES = (
    f"overview?{MONTH}",
    "overview?hospital=*&month=2025-02",
    f"department?{MONTH}&dept=0101",
    f"component?{MONTH}&dept=0101&component=INPATIENT_INCOME",
    f"cases?{MONTH}&dept=0101",
    f"pool?{MONTH}&dept=0101",
    f"source?{MONTH}&dept=0101&component=OUTPATIENT_DEDUCTION",
    f"overruns?{MONTH}",
    f"indicators?{MONTH}&lang=en",
    f"review?{MONTH}",
    f"gates?{MONTH}",
    f"what_if?{MONTH}",
)
LOCAL_SCHEMES = ("data", "blob", "about")
DIALOG = "document.querySelector('[role=\"dialog\"]')?.innerText ?? ''"
WIDER = "document.querySelector('[data-testid=\"stMain\"]').scrollWidth - window.innerWidth"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def proxy() -> Iterator[socket.socket]:
    """What a server would talk to if it wanted to go out: a listener nobody is to reach."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def address(february: Home, proxy: socket.socket) -> Iterator[str]:
    out = f"http://{HOST}:{proxy.getsockname()[1]}"
    with cockpit_server(february, HTTP_PROXY=out, HTTPS_PROXY=out, http_proxy=out, https_proxy=out) as served:
        yield served


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    assert BROWSER is not None
    with open_tab(BROWSER) as opened:
        yield opened


def test_no_request_leaves_the_host_and_a_telephone_is_wide_enough(address: str, tab: Tab, proxy: socket.socket) -> None:
    for width in (1440, 390):
        tab.size(width, 900)
        for page in PAGES:
            tab.open(f"{address}/{page}")
            assert tab.evaluate(WIDER) <= 0, (width, page)
            assert not tab.evaluate(DIALOG), (width, page)
    parts = [urlsplit(request) for request in tab.requests]
    assert len(parts) > 100
    assert {part.hostname for part in parts if part.scheme not in LOCAL_SCHEMES} == {HOST}
    with pytest.raises(BlockingIOError):
        proxy.accept()


def test_three_clicks_and_a_language(address: str, tab: Tab) -> None:
    tab.size(1440, 900)
    tab.open(f"{address}/overview?{MONTH}&lang=en")
    for page in ("department", "component", "cases"):
        tab.evaluate(f"document.querySelector('table.figures tbody a[href^=\"{page}\"]').click()")
        tab.wait(f"location.pathname.endsWith('/{page}') && document.querySelectorAll('table.figures tbody tr').length > 0")
    tab.wait(READY)
    assert "lang=en" in tab.evaluate("location.search") and "Margin" in tab.evaluate("document.body.innerText")
    tab.evaluate("[...document.querySelectorAll('button')].find(b => b.innerText.trim() === '中文').click()")
    tab.wait("location.search.includes('lang=zh') && document.body.innerText.includes('结余')")
