"""Locks of months, of publishing and of compiling: one holder, named to whoever comes second, gone when its process dies."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from orchestration.errors import RunBusy
from orchestration.home import Home

PUBLISH_WAIT_SECONDS = 600.0
POLL_SECONDS = 0.2


@contextmanager
def month_lock(home: Home, hospital_id: str, month: date) -> Iterator[None]:
    """Hold a hospital's month.

    Raises:
        RunBusy: another process holds it; the message names its process and start.
    """
    name = f"{hospital_id} {month:%Y-%m}"
    with _locked(home.root / "locks" / f"{hospital_id}_{month:%Y-%m}.lock", name, wait=0.0):
        yield


@contextmanager
def publish_lock(home: Home, wait: float = PUBLISH_WAIT_SECONDS) -> Iterator[None]:
    """Hold the chain of releases; publishing is short, so a second publisher waits.

    Raises:
        RunBusy: the lock did not come free in time.
    """
    with _locked(home.root / "locks" / "publish.lock", "publishing", wait=wait):
        yield


@contextmanager
def compile_lock(home: Home, wait: float = PUBLISH_WAIT_SECONDS) -> Iterator[None]:
    """Hold the compiled project while it is made; who comes second finds it made.

    Raises:
        RunBusy: the lock did not come free in time.
    """
    with _locked(home.compiled / "compile.lock", "compiling", wait=wait):
        yield


@contextmanager
def _locked(path: Path, what: str, wait: float) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file stays: removing it would let a third process lock a name that the second no longer sees.
    with path.open("a+", encoding="utf-8") as file:
        _acquire(file, what, wait)
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(timespec="seconds")}, file)
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            fcntl.flock(file, fcntl.LOCK_UN)


def _acquire(file: IO[str], what: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _busy(file, what) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _busy(file: IO[str], what: str) -> RunBusy:
    file.seek(0)
    holder = json.loads(file.read() or "{}")
    pid, since = holder.get("pid", "unknown"), holder.get("started_at", "unknown")
    return RunBusy(
        f"{what} is held by process {pid}, started at {since}",
        rule="F40",
        remedy="wait until it has finished, or end that process; casemix status shows what it does",
        zh=f"{what} 正由进程 {pid} 处理（开始于 {since}）",
    )
