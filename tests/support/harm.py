"""Doing harm at an exact moment: a child process is killed, or refused the disk, at its n-th change of a file."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGES = frozenset({"os.rename", "os.link", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

Harm = Callable[[], None]


def kill() -> None:
    """As kill -9 does: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse_space() -> None:
    """As a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")


def survives(action: Callable[[], object], harm: Harm, at: int, root: Path) -> bool:
    """Run the action in a child that is harmed at its n-th file operation below the root; True when it has fewer.

    An action may bear a harm (a folder that cannot be made is no loss where it exists); it then counts as harmed.

    Audit events of the interpreter see every rename, link, removal and opening for writing, wherever the code does it;
    flushing to disk has none and is counted by wrapping it.
    """
    child = os.fork()
    if child == 0:
        _become_quiet()
        was_harmed = _install(harm, at, root)
        try:
            action()
        except BaseException:  # noqa: BLE001 - whatever it is, the child did not get through
            os._exit(1)
        os._exit(int(was_harmed()))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def survives_file_limit(action: Callable[[], object], limit: int) -> bool:
    """Run the action in a child that may write no file larger than the limit, in bytes."""
    child = os.fork()
    if child == 0:
        _become_quiet()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            action()
        except BaseException:  # noqa: BLE001 - whatever it is, the child did not get through
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _install(harm: Harm, at: int, root: Path) -> Callable[[], bool]:
    below = str(root)
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == at:
            harm()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & WRITING and str(path).startswith(below):
                step()
        elif event in CHANGES and any(str(a).startswith(below) for a in arguments[:2]):
            step()

    flush = os.fsync

    def watched_flush(descriptor: int) -> None:
        step()
        flush(descriptor)

    os.fsync = watched_flush
    sys.addaudithook(watch)
    return lambda: count >= at


def _become_quiet() -> None:
    """What a dying child prints helps nobody."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
