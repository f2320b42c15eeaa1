"""The access log keeps every entry in order, shows every alteration, and knows who may see what."""

from __future__ import annotations

import getpass
import json
import multiprocessing
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import AccessDenied, BadInput
from orchestration.home import Home
from orchestration.privacy.access import LOG_FILE, log_head, read_log, record_access, require_grant, verify_log
from orchestration.privacy.visitor import USER_VARIABLE, identify
from orchestration.run.settings import RunSettings, write_settings
from tests.support.delivery import write_policy_table

EACH = 20
PROCESSES = 4


@pytest.fixture(autouse=True)
def _no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(USER_VARIABLE, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose policy grants a department head one department and an auditor a hospital until the end of 2025."""
    policy = tmp_path / "policy"
    grants = [
        {"grantee": "head_0101", "role": "department_head", "hospital_id": "H1", "dept_id": "0101"},
        {"grantee": "auditor", "role": "auditor", "hospital_id": "H1", "valid_to": "2026-01-01"},
        {"grantee": "region", "role": "region", "hospital_id": "*"},
    ]
    write_policy_table(policy, "access_grant", grants)
    home = Home(tmp_path / "home")
    write_settings(RunSettings(home.root, policy=policy))
    return home


def log(home: Home, count: int = 3) -> Path:
    for number in range(count):
        record_access(home, "trace", f"H1/0101/{number}", rows=number, purpose="复核")
    return home.root / LOG_FILE


def test_an_entry_says_who_what_how_much_and_why(home: Home) -> None:
    path = log(home, 1)
    [entry] = read_log(home)
    assert entry["user"] == getpass.getuser()
    assert {name: entry[name] for name in ("role", "action", "subject", "rows", "purpose", "is_refused")} == {
        "role": "operator",
        "action": "trace",
        "subject": "H1/0101/0",
        "rows": 0,
        "purpose": "复核",
        "is_refused": False,
    }
    assert path.stat().st_mode & 0o077 == 0


def _append_many(root: Path) -> None:
    log(Home(root), EACH)


def test_two_writers_at_once_keep_one_chain(home: Home) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(home.root,)) for _ in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert verify_log(home).entries == PROCESSES * EACH


def altered(line: int, change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()
        entry = json.loads(lines[line])
        change(entry)
        lines[line] = json.dumps(entry, ensure_ascii=False)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return alter


def dropped(line: int) -> Callable[[Path], None]:
    def drop(path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:line] + lines[line + 1 :]), encoding="utf-8")

    return drop


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (altered(1, lambda entry: entry.update(rows=9)), "entry 2"),
        (altered(0, lambda entry: entry.update(user="nobody")), "entry 1"),
        (dropped(1), "entry 2"),
        (dropped(0), "entry 1"),
        (lambda path: path.write_text("{\n", encoding="utf-8"), "entry 1 of the access log is no JSON"),
    ],
    ids=["rows edited", "user edited", "middle dropped", "first dropped", "no json"],
)
def test_the_first_altered_entry_is_named(home: Home, harm: Callable[[Path], None], named: str) -> None:
    harm(log(home))
    with pytest.raises(BadInput, match=named):
        verify_log(home)


def test_newest_entries_cut_off_show_against_a_noted_head(home: Home) -> None:
    path = log(home)
    head = log_head(home)
    log(home, 1)
    assert verify_log(home, head).entries == 4
    dropped(3)(path)
    dropped(2)(path)
    assert verify_log(home).entries == 2
    with pytest.raises(BadInput, match="entry 3 of the access log is missing"):
        verify_log(home, head)


def test_a_torn_line_was_never_acknowledged(home: Home) -> None:
    path = log(home)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"sequence":4,"at":"20')
    assert verify_log(home).entries == 3
    log(home, 1)
    assert path.read_bytes().startswith(whole)
    assert verify_log(home).entries == 4


def test_nothing_is_appended_behind_a_line_nobody_can_read(home: Home) -> None:
    path = log(home)
    path.write_bytes(path.read_bytes() + b"{\n")
    with pytest.raises(BadInput, match="at the end"):
        log(home, 1)


@pytest.mark.parametrize(
    ("user", "hospital", "dept", "may"),
    [
        ("head_0101", "H1", "0101", True),
        ("head_0101", "H1", "0102", False),
        ("head_0101", "H1", None, False),
        ("head_0101", "H2", "0101", False),
        ("auditor", "H1", "0102", True),
        ("auditor", "H1", None, True),
        ("auditor", "H2", "0101", False),
        ("region", "H2", None, True),
        ("stranger", "H1", "0101", False),
        ("x' or '1'='1", "H1", "0101", False),
    ],
)
def test_f49_grants_decide_and_refusals_are_logged(
    home: Home, monkeypatch: pytest.MonkeyPatch, user: str, hospital: str, dept: str | None, may: bool
) -> None:
    monkeypatch.setenv(USER_VARIABLE, user)
    assert identify(home, date(2025, 6, 1)).may_see(hospital, dept) is may


def test_f49_a_refusal_is_in_the_log(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER_VARIABLE, "head_0101")
    require_grant(home, "trace", "H1", "0101")
    assert list(read_log(home)) == []
    with pytest.raises(AccessDenied, match="F49"):
        require_grant(home, "trace", "H1", "0102", purpose="好奇")
    [entry] = read_log(home)
    assert (entry["user"], entry["role"], entry["subject"], entry["is_refused"]) == (
        "head_0101",
        "department_head",
        "H1/0102",
        True,
    )


def test_a_grant_ends(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER_VARIABLE, "auditor")
    assert not identify(home, date(2026, 1, 1)).grants
