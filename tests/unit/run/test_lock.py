"""One run holds a month; the second learns who does, and a dead holder holds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import RunBusy
from orchestration.home import Home
from orchestration.run.lock import month_lock, publish_lock

MONTH = date(2025, 1, 1)
HOLD_AND_WAIT = """
import sys, time
from datetime import date
from pathlib import Path
from orchestration.home import Home
from orchestration.run.lock import month_lock
with month_lock(Home(Path(sys.argv[1])), "H1", date(2025, 1, 1)):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_run_is_refused_naming_process_and_start(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with month_lock(home, "H1", MONTH), pytest.raises(RunBusy) as caught, month_lock(home, "H1", MONTH):
        pass
    assert str(os.getpid()) in caught.value.message
    assert "started at 20" in caught.value.message
    assert caught.value.exit_code == 5


def test_other_months_hospitals_and_homes_are_free(tmp_path: Path) -> None:
    home = Home(tmp_path / "a")
    other = Home(tmp_path / "b")
    with (
        month_lock(home, "H1", MONTH),
        month_lock(home, "H2", MONTH),
        month_lock(home, "H1", date(2025, 2, 1)),
        month_lock(other, "H1", MONTH),
    ):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD_AND_WAIT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(RunBusy, match=str(holder.pid)), month_lock(Home(tmp_path), "H1", MONTH):
            pass
        holder.kill()
    with month_lock(Home(tmp_path), "H1", MONTH):
        pass


def test_a_second_publisher_waits_only_so_long(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with publish_lock(home), pytest.raises(RunBusy), publish_lock(home, wait=0.3):
        pass
