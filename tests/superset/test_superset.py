"""Superset in an environment of its own imports the dashboards, and every chart answers, over DuckDB and over PostgreSQL.

Opt in with CASEMIX_SUPERSET=new (makes the environment with uv) or CASEMIX_SUPERSET=DIR (uses one made before).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from orchestration.home import Home
from orchestration.serving.postgres.publish import publish_to_postgres
from orchestration.serving.superset.bundle import write_bundle
from orchestration.serving.superset.definition import load_dashboards
from tests.conftest import Casemix
from tests.support.chromium import find_chromium, open_tab
from tests.support.cockpit_server import HOST, free_port
from tests.support.postgres import running_server

HERE = Path(__file__).parent
CHOICE = os.environ.get("CASEMIX_SUPERSET", "")
# Newer releases of its dependencies do not start it.
PACKAGES = ["apache-superset==6.1.0", "duckdb-engine==0.17.0", "rich", "cachetools", "gunicorn", "psycopg2-binary"]
BEFORE = "2026-06-10"
ACCOUNT = "region"
MAY_BE_EMPTY = {"科室清算差额"}
# Made of single cases, which do not leave a hospital.
WITHHELD = {"医疗总费用", "模拟支付标准", "模拟基金支付", "病例类型", "病组结算"}

LOADED = "location.pathname === '{path}' && document.readyState === 'complete'"
SIGN_IN = (
    "fetch('/login/', {method: 'POST', credentials: 'include', "
    "body: new URLSearchParams({username: 'admin', password: 'admin'})}).then(answer => answer.status)"
)
DRAWN = (
    "document.querySelectorAll('[data-test-chart-id] .slice_container').length === {count} "
    "&& !document.querySelector('.loading, [data-test=\"loading-indicator\"]')"
)
MESSAGES = "[...document.querySelectorAll('[role=alert]')].map(found => found.innerText)"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHOICE, reason="CASEMIX_SUPERSET is not set")]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of Superset's own Python and commands."""
    if CHOICE != "new":
        return Path(CHOICE) / "bin"
    folder = tmp_path_factory.mktemp("superset") / "environment"
    subprocess.run(["uv", "venv", "--quiet", "--python", "3.11", str(folder)], check=True)
    install = ["uv", "pip", "install", "--quiet", "--exclude-newer", BEFORE, *PACKAGES]
    subprocess.run(install, check=True, env=os.environ | {"VIRTUAL_ENV": str(folder)})
    return folder / "bin"


@pytest.fixture(scope="module")
def installed(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of a Superset that knows an administrator and nothing else."""
    home = tmp_path_factory.mktemp("installed")
    person = ["--username", "admin", "--firstname", "a", "--lastname", "a", "--email", "a@example.org", "--password", "admin"]
    for command in (["db", "upgrade"], ["fab", "create-admin", *person], ["init"]):
        subprocess.run([programs / "superset", *command], check=True, env=environment(home), capture_output=True)
    return home


@pytest.fixture(scope="module")
def home(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    from tests.end_to_end.conftest import publish

    folder = tmp_path_factory.mktemp("january") / "warehouse"
    publish(folder, sample, "--month", "2025-01")
    return Home(folder)


def environment(home: Path) -> dict[str, str]:
    own = {"SUPERSET_HOME": home, "SUPERSET_CONFIG_PATH": HERE / "superset_config.py", "FLASK_APP": "superset"}
    return os.environ | {name: str(value) for name, value in own.items()} | {"SUPERSET_SECRET_KEY": "for tests only"}


@pytest.fixture
def superset(installed: Path, tmp_path: Path) -> Path:
    """Home of a Superset of its own for one test."""
    return Path(shutil.copytree(installed, tmp_path / "superset"))


@contextmanager
def running(programs: Path, superset: Path) -> Iterator[str]:
    """Address of a Superset that serves pages."""
    port = free_port()
    command = [programs / "superset", "run", "--port", str(port), "--with-threads"]
    started = subprocess.Popen(command, env=environment(superset), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://{HOST}:{port}"
        wait_until_answered(f"{address}/health", started)
        yield address
    finally:
        started.terminate()
        started.wait(60)


def wait_until_answered(address: str, started: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 600
    while True:
        assert started.poll() is None and time.monotonic() < end, "Superset does not start"
        with suppress(OSError), urllib.request.urlopen(address, timeout=30):
            return
        time.sleep(1)


def require_every_chart_drawn(address: str) -> None:
    """Every dashboard, with the hospital and month it chooses by itself, shows charts and no message."""
    browser = find_chromium()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    with open_tab(browser) as tab:
        tab.size(1440, 3200)
        tab.open(f"{address}/login/", ready=LOADED.format(path="/login/"), timeout=180)
        tab.send("Runtime.evaluate", expression=SIGN_IN, awaitPromise=True)
        for page in load_dashboards():
            path = f"/superset/dashboard/{page.slug}/"
            tab.open(f"{address}{path}", ready=LOADED.format(path=path), timeout=180)
            count = len(list(page.charts))
            tab.wait(DRAWN.format(count=count), timeout=180)
            time.sleep(3)
            tab.wait(DRAWN.format(count=count), timeout=180)
            assert tab.evaluate(MESSAGES) == [], page.slug
            if pictures := os.environ.get("CASEMIX_PICTURES"):
                Path(pictures, f"{page.slug}.png").write_bytes(tab.screen())


def ask(programs: Path, superset: Path, bundle: Path) -> dict[str, Any]:
    command = [programs / "python", HERE / "ask_charts.py", bundle]
    done = subprocess.run(command, check=True, env=environment(superset), capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.split("ANSWER ", 1)[1])
    return answer


def require_every_chart(answer: dict[str, Any], may_be_empty: set[str] = MAY_BE_EMPTY) -> None:
    assert {slug: sorted(charts) for slug, charts in answer["pages"].items()} == {
        page.slug: sorted(chart.name for chart in page.charts) for page in load_dashboards()
    }
    assert {name: chart["error"] for name, chart in answer["charts"].items() if chart["error"]} == {}
    assert {name for name, chart in answer["charts"].items() if not chart["rows"]} <= may_be_empty
    assert answer["pools"] == ["NullPool"], "a kept connection would keep its release"


def test_every_chart_answers_over_the_release_file(casemix: Casemix, programs: Path, superset: Path, home: Home) -> None:
    bundle = superset / "bundle.zip"
    assert casemix("export", "superset", "--output", bundle, "--home", home.root).exit_code == 0
    require_every_chart(ask(programs, superset, bundle))
    with running(programs, superset) as address:
        require_every_chart_drawn(address)


@pytest.fixture
def server(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("server")) as url:
        with psycopg.connect(url) as con:
            con.execute(f"create role {ACCOUNT} login")
        publish_to_postgres(home, url)
        yield url


def test_every_chart_answers_over_the_server_as_an_account_without_numbers(programs: Path, superset: Path, server: str) -> None:
    bundle = superset / "bundle.zip"
    write_bundle(bundle, server.replace("postgresql://postgres:@", f"postgresql+psycopg2://{ACCOUNT}@"))
    require_every_chart(ask(programs, superset, bundle), MAY_BE_EMPTY | WITHHELD)
