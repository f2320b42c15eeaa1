"""The access log of a home: who saw or took what, refusals too.

Append-only, one JSON object a line, each hashed with the one before it. A line that was acknowledged is on disk; a line
without its end was not, and the next writer removes it. Cutting off the newest lines shows against the head that every
release record repeats.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from orchestration.errors import AccessDenied, BadInput, Place
from orchestration.home import Home
from orchestration.privacy.visitor import identify

LOG_FILE = "access.jsonl"
LONGEST_ENTRY = 1 << 16
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class LogHead:
    """Number of entries and hash of the last one; None for an empty log."""

    entries: int
    sha256: str | None


def record_access(home: Home, action: str, subject: str, *, rows: int, purpose: str | None, is_refused: bool = False) -> None:
    """Append one entry; it is on disk when this returns.

    Args:
        home: the warehouse.
        action: what was done, such as ``trace`` or ``export payroll``.
        subject: what was seen: hospital, month, department, release. No values of personal columns.
        rows: rows handed out; 0 for a refusal.
        purpose: why, as the visitor said it.
        is_refused: whether nothing was handed out because the visitor may not see it.
    """
    visitor = identify(home)
    with _locked(home.root / LOG_FILE) as log:
        last = _last_entry(home, log)
        entry = {
            "sequence": last["sequence"] + 1 if last else 1,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "user": visitor.user,
            "role": visitor.role,
            "action": action,
            "subject": subject[:LONGEST_TEXT],
            "rows": rows,
            "purpose": purpose[:LONGEST_TEXT] if purpose else None,
            "is_refused": is_refused,
            "previous_sha256": last["sha256"] if last else None,
        }
        log.seek(0, os.SEEK_END)
        log.write(_line(entry | {"sha256": entry_sha256(entry)}))
        log.flush()
        os.fsync(log.fileno())


def require_grant(home: Home, action: str, hospital_id: str, dept_id: str | None = None, *, purpose: str | None = None) -> None:
    """Let a visitor pass who may see a department, or the whole hospital when no department is named.

    Raises:
        AccessDenied: F49, no grant covers it; the refusal is logged first.
    """
    visitor = identify(home)
    if visitor.may_see(hospital_id, dept_id):
        return
    subject = f"{hospital_id}/{dept_id or '*'}"
    record_access(home, action, subject, rows=0, purpose=purpose, is_refused=True)
    raise AccessDenied(
        f"{visitor.user} ({visitor.role}) may not {action} {subject}; the refusal is logged",
        rule="F49",
        zh=f"用户 {visitor.user}（角色 {visitor.role}）无权访问 {subject}，已记录",
        remedy="ask for a row in access_grant.csv of the policy",
    )


def read_log(home: Home) -> Iterator[dict[str, Any]]:
    """Every complete entry, oldest first; not verified."""
    path = home.root / LOG_FILE
    if path.is_file():
        with path.open("rb") as log:
            yield from (json.loads(line) for line in log if line.endswith(b"\n"))


def log_head(home: Home) -> LogHead:
    """Where the log ends now; a release record repeats it."""
    path = home.root / LOG_FILE
    if not path.is_file():
        return LogHead(0, None)
    with path.open("rb") as log:
        last = _last_entry(home, log)
    return LogHead(last["sequence"], last["sha256"]) if last else LogHead(0, None)


def verify_log(home: Home, known: LogHead = LogHead(0, None)) -> LogHead:
    """Walk the log.

    Args:
        home: the warehouse.
        known: a head noted earlier, in a release record; the log must contain it.

    Returns:
        Where the log ends.

    Raises:
        BadInput: F42, the first entry that does not follow from the one before it, named by its line.
    """
    head = LogHead(0, None)
    for number, entry in enumerate(_entries(home), start=1):
        if (entry.get("sequence"), entry.get("previous_sha256")) != (number, head.sha256):
            raise _broken(home, number, "does not follow from the entry before it", "与上一条记录不衔接")
        if entry.get("sha256") != entry_sha256(entry):
            raise _broken(home, number, "was altered", "被改动")
        head = LogHead(number, entry["sha256"])
        if number == known.entries and head != known:
            raise _broken(home, number, "is not the entry a release record names", "与发布记录所载不符")
    if head.entries < known.entries:
        raise _broken(home, head.entries + 1, f"is missing; a release record names {known.entries} entries", "缺失")
    return head


def entry_sha256(entry: dict[str, Any]) -> str:
    """Hash of an entry without its own hash; it contains the hash of the entry before."""
    hashed = {key: value for key, value in entry.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _entries(home: Home) -> Iterator[dict[str, Any]]:
    entries = read_log(home)
    number = 1
    while True:
        try:
            entry = next(entries)
        except StopIteration:
            return
        except ValueError:
            raise _broken(home, number, "is no JSON", "不是 JSON") from None
        yield entry
        number += 1


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The log for one writer at a time; made with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        _remove_torn_end(log)
        yield log


def _remove_torn_end(log: BinaryIO) -> None:
    tail, start = _tail(log)
    if tail and not tail.endswith(b"\n"):
        log.truncate(start + tail.rfind(b"\n") + 1)


def _last_entry(home: Home, log: BinaryIO) -> dict[str, Any] | None:
    """The last complete entry; nothing is appended to a log whose end cannot be read."""
    lines = [line for line in _tail(log)[0].splitlines(keepends=True) if line.endswith(b"\n")]
    try:
        entry: dict[str, Any] | None = json.loads(lines[-1]) if lines else None
    except ValueError:
        raise _broken(home, None, "is no JSON", "不是 JSON") from None
    return entry


def _tail(log: BinaryIO) -> tuple[bytes, int]:
    """The last bytes of the log, enough for an entry and a torn one after it, and where they begin."""
    end = log.seek(0, os.SEEK_END)
    start = log.seek(max(0, end - 2 * LONGEST_ENTRY))
    return log.read(), start


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _broken(home: Home, number: int | None, why: str, zh: str) -> BadInput:
    return BadInput(
        f"entry {number or 'at the end'} of the access log {why}",
        rule="F42",
        place=Place(file=str(home.root / LOG_FILE), row=number),
        remedy="restore the log from a backup and find out who altered it",
        zh=f"访问日志{f'第 {number} 条' if number else '末条'}{zh}",
    )
