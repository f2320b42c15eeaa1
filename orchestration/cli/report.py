"""The last lines of a run: release, gates, bonuses, what to try next."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from orchestration.cli.console import console, print_table
from orchestration.gates.answers import STATUS_ZH
from orchestration.home import Home
from orchestration.release.catalogue import load_marts
from orchestration.release.serving import open_release
from orchestration.release.warehouse import WAREHOUSE_FILE
from orchestration.run.journal import read_journal, run_folder
from orchestration.run.plan import RangeOutcome

BONUS = "scored.fct_department_bonus"
BONUS_COLUMNS = (
    "outpatient_yuan",
    "inpatient_yuan",
    "true_up_yuan",
    "administrative_yuan",
    "composite_score",
    "adjustment_yuan",
    "bonus_yuan",
)
SHOWN_BONUSES = 12


def print_outcome(home: Home, outcome: RangeOutcome, release_id: str | None) -> None:
    """What a run did, hospital by hospital, and the release if there is one."""
    _print_gates(home, outcome)
    for failed in outcome.failed:
        folder = run_folder(home, failed.run_id)
        console.print(
            f"✗ {failed.hospital_id} {failed.month:%Y-%m} not published 未发布; kept for inspection: {folder}",
            style="red",
            markup=False,
        )
    for hospital_id, month in outcome.not_run:
        console.print(f"- {hospital_id} {month:%Y-%m} not run 未运行", markup=False)
    if release_id is None:
        return
    warehouse = home.current / WAREHOUSE_FILE
    months = sorted({(o.hospital_id, o.month) for o in outcome.gated})
    _print_bonuses(home, months)
    console.print(f"✓ release 发布版本 {release_id}  →  {warehouse}", style="bold green", markup=False)
    console.print("next 下一步:", markup=False)
    for command in _next_commands(home, warehouse):
        console.print(f"  {command}", markup=False)


def _print_gates(home: Home, outcome: RangeOutcome) -> None:
    rows, remarkable = [], []
    for entry in (*outcome.gated, *outcome.failed):
        gates = read_journal(home, entry.run_id).evidence.get("gates", [])
        counts = Counter(gate["status"] for gate in gates)
        rows.append((entry.hospital_id, f"{entry.month:%Y-%m}", *(str(counts[status]) for status in STATUS_ZH)))
        remarkable += [
            (entry.hospital_id, f"{entry.month:%Y-%m}", gate) for gate in gates if gate["status"] in ("failed", "waived")
        ]
    if rows:
        columns = [("机构", False), ("月份", False), *((zh, True) for zh in STATUS_ZH.values())]
        print_table("质量门 Gates", columns, rows)
    for hospital_id, month, gate in remarkable:
        console.print(f"  {hospital_id} {month} {gate['gate_id']} {gate['status']}: {gate['message_zh']}", markup=False)


def _print_bonuses(home: Home, months: list[tuple[str, date]]) -> None:
    """The largest bonuses of the latest published month of each hospital."""
    labels = {c.name: c.zh for c in load_marts()[BONUS].columns} if BONUS in load_marts() else {}
    if not labels:
        return
    latest = dict(months)
    with open_release(home) as con:
        for hospital_id, month in latest.items():
            columns = ", ".join(BONUS_COLUMNS)
            rows = con.execute(
                f"""select dept_id, {columns} from {BONUS} where hospital_id = ? and month = ?
                    order by bonus_yuan desc, dept_id limit ?""",
                [hospital_id, month, SHOWN_BONUSES],
            ).fetchall()
            if rows:
                titles = [(labels["dept_id"], False), *((labels[name], True) for name in BONUS_COLUMNS)]
                print_table(f"{hospital_id} {month:%Y-%m} 科室绩效 Department bonuses", titles, [_cells(row) for row in rows])


def _cells(row: tuple[object, ...]) -> list[str]:
    return [f"{value:,.2f}" if isinstance(value, Decimal) else str(value if value is not None else "") for value in row]


def _next_commands(home: Home, warehouse: object) -> list[str]:
    return [
        f"casemix status --home {home.root}",
        f"casemix verify --home {home.root}",
        f"duckdb -readonly {warehouse}   (or any BI tool)",
        "make ui   (the same run in the Dagster web interface)",
        "make run-year   (all fourteen sample months)",
    ]
