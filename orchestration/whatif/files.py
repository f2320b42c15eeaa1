"""The folder an answer is kept in: tables for spreadsheets, and one summary for programs that read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError, Place
from orchestration.export.cells import write_table
from orchestration.home import Home
from orchestration.privacy.access import record_access
from orchestration.whatif.answer import ACTION, Answer, Request
from orchestration.whatif.causes import causes_by_code
from orchestration.whatif.changes import COLUMNS as CHANGE_COLUMNS
from orchestration.whatif.compare import Row

FORMAT = 1
SUMMARY = "summary.json"
HEAD = ("hospital_id", "month")
DIFFERENCES = ("standard_difference_yuan", "fund_difference_yuan")
AMOUNTS = (
    "old_standard_total_yuan",
    "new_standard_total_yuan",
    "standard_difference_yuan",
    "old_fund_pay_yuan",
    "new_fund_pay_yuan",
    "fund_difference_yuan",
)
FACTS = ("group_code", "multiple_class", "score", "coefficient", "point_value")
COLUMNS = {
    "cases": (*HEAD, "stay_id", *(f"{side}_{fact}" for fact in FACTS for side in ("old", "new")), *AMOUNTS),
    "departments": (*HEAD, "dept_id", "old_case_count", "new_case_count", *AMOUNTS),
    "causes": (*HEAD, "cause", "cause_zh", "case_count", *DIFFERENCES),
    "case_causes": (*HEAD, "stay_id", "cause", *DIFFERENCES),
    "policy_changes": CHANGE_COLUMNS,
}


def results_folder(home: Home) -> Path:
    """Where answers are kept unless somebody names another place."""
    return home.root / "what_if"


def write_answer(home: Home, request: Request, answer: Answer, folder: Path | None = None) -> Path:
    """Keep an answer; the access log says so before the folder is there.

    Args:
        home: the warehouse.
        request: what was asked.
        answer: what came out.
        folder: new folder to write; by default one below `results_folder`.

    Returns:
        The folder.

    Raises:
        ConfigurationError: the folder exists.
    """
    now = datetime.now(UTC)
    target = folder or results_folder(home) / f"{now:%Y%m%dT%H%M%SZ}-{answer.policy_sha256[:8]}"
    if target.exists():
        raise ConfigurationError(
            f"{target} exists", place=Place(str(target)), remedy="name a new folder with --output", zh="输出目录已存在"
        )
    hidden = target.with_name(f".{target.name}.tmp")
    hidden.mkdir(parents=True, mode=0o700)
    for name, columns in COLUMNS.items():
        write_table(hidden / f"{name}.csv", columns, [[row[column] for column in columns] for row in table(answer, name)])
    summary = summarise(request, answer, now)
    (hidden / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    record_access(home, ACTION, subject(answer), rows=len(answer.cases), purpose=request.purpose)
    hidden.rename(target)
    return target


def subject(answer: Answer) -> str:
    """What the access log says was seen."""
    return f"{answer.release_id} policy {answer.policy_sha256[:12]} " + " ".join(f"{h}/{m:%Y-%m}" for h, m in answer.months)


def table(answer: Answer, name: str) -> list[Row]:
    """Rows of one of the files of `COLUMNS`."""
    rows: list[Row] = getattr(answer, name)
    if name != "causes":
        return rows
    known = causes_by_code()
    return [row | {"cause_zh": known[row["cause"]].zh} for row in rows]


def summarise(request: Request, answer: Answer, at: datetime) -> dict[str, Any]:
    """The content of `summary.json`: amounts as text in yuan."""
    return {
        "format": FORMAT,
        "at": at.isoformat(timespec="seconds"),
        "release_id": answer.release_id,
        "policy": request.policy.name,
        "policy_sha256": answer.policy_sha256,
        "is_simulation": True,
        "months": [{"hospital_id": hospital, "month": f"{month:%Y-%m}"} for hospital, month in answer.months],
        "case_count": len(answer.cases),
        "changed_case_count": sum(1 for row in answer.cases if any(row[name] for name in DIFFERENCES)),
        "totals": {name: f"{_total(answer.cases, name):.2f}" for name in AMOUNTS},
        "causes": [{name: _plain(row[name]) for name in COLUMNS["causes"]} for row in table(answer, "causes")],
        "files": {name: {"file": f"{name}.csv", "columns": list(columns)} for name, columns in COLUMNS.items()},
    }


def _total(rows: Sequence[Row], name: str) -> Decimal:
    return sum((row[name] for row in rows if row[name] is not None), Decimal(0))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f"{value:%Y-%m}" if isinstance(value, date) else value
