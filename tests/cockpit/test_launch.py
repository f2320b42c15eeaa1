"""How the server is started: nothing is sent home, and no other command pays for what pages are drawn with."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cockpit import launch
from orchestration.home import Home


def test_telemetry_is_off_twice_and_the_address_is_named() -> None:
    told = launch.settings("127.0.0.1", 8501)
    assert told["browser.gatherUsageStats"] is False and told["server.address"] == "127.0.0.1"
    kept = tomllib.loads((launch.APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert kept["browser"]["gatherUsageStats"] is False


def test_the_server_sees_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEMIX_HOME", "elsewhere")
    assert launch.environment(Home(tmp_path))["CASEMIX_HOME"] == str(tmp_path)


def test_other_commands_do_not_load_what_draws_pages() -> None:
    asked = "import sys, orchestration.cli.app; print([m for m in ('streamlit', 'plotly', 'cockpit') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
