"""A tiny mart, gated months of it, and published homes for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.policy import Policy, load_policy
from orchestration.release.catalogue import Mart, MartColumn
from orchestration.release.partition import PartitionFile, export_partition
from orchestration.release.publish import GatedMonth
from orchestration.run.snapshots import keep_policy

JANUARY = date(2025, 1, 1)
FEBRUARY = date(2025, 2, 1)
MARCH = date(2025, 3, 1)
RELATION = "costed.fct_toy"
TOY = Mart(
    schema="costed",
    name="fct_toy",
    zh="玩具",
    description="A mart for tests. One row per department.",
    columns=(
        MartColumn("hospital_id", "varchar", "Hospital.", "机构编码"),
        MartColumn("month", "date", "Month.", "月份"),
        MartColumn("dept_id", "varchar", "Department.", "科室"),
        MartColumn("amount_yuan", "decimal(18,2)", "Yuan.", "金额"),
    ),
    key=("hospital_id", "month", "dept_id"),
)
PASSED = {"gate_id": "COST-01", "status": "passed", "stops": False}


def gated(home: Home, run_id: str, hospital: str, month: date, amount: str, history: dict[str, str] | None = None) -> GatedMonth:
    """A run whose mart holds one department with an amount."""
    folder = home.runs / run_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute("create schema costed")
        con.execute("create table costed.fct_toy (hospital_id varchar, month date, dept_id varchar, amount_yuan decimal(18,2))")
        con.execute("insert into costed.fct_toy values (?, ?, 'D1', ?)", [hospital, month, Decimal(amount)])
        con.execute("create schema conformed")
        con.execute("create table conformed.int_conformed__charge as select 1 as batch_key, 2 as source_row")
    files = export_partition(folder / "warehouse.duckdb", folder, hospital, month)
    evidence = {
        "hospital_id": hospital,
        "month": month.isoformat(),
        "gates": [PASSED],
        "landing": {"batch_id": "b0001", "manifests": {}},
        "batches": [],
        "policy": {"sha256": kept_policy(home)},
        "packs": [],
        "is_simulation": True,
    }
    return GatedMonth(run_id, folder, tuple(files), history or {}, evidence)


def kept_policy(home: Home) -> str:
    """Hash of the default policy, kept in the home as a run would."""
    policy = _default_policy()
    keep_policy(home, policy)
    return policy.sha256


@cache
def _default_policy() -> Policy:
    return load_policy()


def rows(home: Home) -> list[tuple[str, date, Decimal]]:
    """What a reader of the present release sees."""
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(f"select hospital_id, month, amount_yuan from {RELATION} order by all").fetchall()


def mart_file(month: GatedMonth) -> PartitionFile:
    """The month's file of the toy mart."""
    return next(file for file in month.files if file.relation == RELATION)


def home_in(folder: Path) -> Home:
    """A home in a folder."""
    return Home(folder / "home")
