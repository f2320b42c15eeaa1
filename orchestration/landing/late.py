"""Rows that come after their month was closed.

A delivery that would change a published month is kept in the month's `late` area: whole batches, as complete as accepted
ones, that nobody reads until a restatement accepts them. Rows of a published month that come with the files of a later
one stay there and post as prior-period lines, unless their own month already holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from orchestration.contract import Table
from orchestration.contract.model import HOSPITAL
from orchestration.errors import BadInput, Place
from orchestration.landing.changes import RowChange, summarise
from orchestration.landing.durable import sync_folder
from orchestration.landing.model import LandedFile, LandedMonth, LandedTable
from orchestration.landing.views import view_sql
from orchestration.sources.part import Month
from orchestration.sources.text import identifier, literal
from orchestration.sources.workbench import Workbench

LATE = "late"
SHOWN = 5


def accept_late(folder: Path) -> list[str]:
    """Move every batch of the late area to the accepted ones, oldest first; each appears by one rename."""
    batches = sorted((folder / LATE).glob("b[0-9]*"))
    for batch in batches:
        batch.rename(folder / batch.name)
        sync_folder(folder)
    return [batch.name for batch in batches]


def late_delivery(landed: LandedMonth, changes: list[RowChange], batch_id: str) -> BadInput:
    """F22: the month is published; what came since is kept, and needs somebody's approval."""
    name = f"{landed.hospital_id} {landed.month:%Y-%m}"
    return BadInput(
        f"{name} is published and the delivery would change it: {summarise(changes)}",
        rule="F22",
        place=Place(f"{landed.hospital_id}/{landed.month:%Y-%m}/{LATE}/{batch_id}/changes.csv"),
        zh=f"{name} 已发布，迟到或更正的 {len(changes)} 行已存入 {LATE} 区",
        remedy=f"casemix restate --hospital {landed.hospital_id} --from {landed.month:%Y-%m} --preview shows the delta; "
        f"casemix approve --hospital {landed.hospital_id} --month {landed.month:%Y-%m} --reason … , then restate; "
        "or hand the new rows over with the open month",
    )


def already_landed(
    bench: Workbench, table: Table, file: LandedFile, month: Month, open_earlier: Callable[[Month], LandedTable | None]
) -> list[int]:
    """Source rows of a just written file that their own, earlier month already holds with the same content.

    Args:
        bench: where the rows are compared.
        table: contract table of the file.
        file: the written file; its earliest business date says whether there is anything to do.
        month: month of the delivery.
        open_earlier: the table as an earlier month of the hospital has landed it; None when it has not.

    Raises:
        BadInput: F23, a row corrects one of an earlier month; a correction comes with its own month.
    """
    if table.month_column is None or file.min_business_date is None or file.min_business_date >= month.start:
        return []
    found: list[int] = []
    for earlier in _months(file.min_business_date, month.start):
        landed = open_earlier(earlier)
        if landed is not None and landed.files:
            found += _repeated(bench, table, file, earlier, landed)
    return found


def _repeated(bench: Workbench, table: Table, file: LandedFile, earlier: Month, landed: LandedTable) -> list[int]:
    key = " and ".join(f"new.{identifier(k)} is not distinct from old.{identifier(k)}" for k in table.key if k != HOSPITAL)
    columns = [identifier(c.name) for c in table.columns]
    same = " and ".join(f"new.{name} is not distinct from old.{name}" for name in columns)
    day = identifier(str(table.month_column))
    rows = bench.con.execute(
        f"""select new.source_row, {same}
        from (select * from read_parquet({literal(str(file.path))}) where {day} < timestamp '{earlier.next_start}') as new
        inner join ({view_sql(table, landed)}) as old on {key}
        order by 1"""
    ).fetchall()
    corrections = [row for row, is_same in rows if not is_same]
    if corrections:
        raise BadInput(
            f"{len(corrections)} row(s) correct rows of {earlier}, which has landed before: row "
            + ", ".join(str(row) for row in corrections[:SHOWN]),
            rule="F23",
            place=Place(file.source_name, corrections[0]),
            zh=f"更正的是 {earlier} 已入湖的记录",
            remedy=f"hand the corrected rows over with {earlier}, then casemix restate --from {earlier}",
        )
    return [row for row, _ in rows]


def _months(first: date, before: date) -> Iterator[Month]:
    month = Month(first.replace(day=1))
    while month.start < before:
        yield month
        month = Month(month.next_start)
