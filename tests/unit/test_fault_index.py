"""Every fault is in docs/faults.md, and every test it names exists."""

from __future__ import annotations

import re

from orchestration.home import PROJECT_ROOT

ROW = re.compile(r"^\| (F\d\d) \| .+ \| .+ \| `(tests/[\w/]+\.py)::(\w+)` \|$", re.MULTILINE)
ROWS = ROW.findall((PROJECT_ROOT / "docs" / "faults.md").read_text(encoding="utf-8"))


def test_every_fault_has_one_row() -> None:
    assert [code for code, _, _ in ROWS] == [f"F{number:02d}" for number in range(1, 51)]


def test_every_named_test_exists() -> None:
    missing = [
        f"{path}::{name}" for _, path, name in ROWS if f"def {name}(" not in (PROJECT_ROOT / path).read_text(encoding="utf-8")
    ]
    assert missing == []
