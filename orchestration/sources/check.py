"""Trying a delivery out: every table of a month is read and judged, nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from orchestration.contract import Table, load_contract
from orchestration.contract.model import HOSPITAL
from orchestration.errors import BadInput, CasemixError, ConfigurationError
from orchestration.sources.delivery import Delivery, open_deliveries
from orchestration.sources.inspection import inspect_part
from orchestration.sources.issues import Issue, bad_file
from orchestration.sources.part import Month, Part
from orchestration.sources.workbench import Workbench, open_workbench


@dataclass(frozen=True)
class ColumnCheck:
    """One contract column: where it comes from, its type there and in the contract; `source` is None when it is left null."""

    name: str
    zh: str
    contract_type: str
    source: str | None
    source_type: str | None


@dataclass(frozen=True)
class PartCheck:
    """One file or query: rows in it, rows of the month, what is wrong and what is remarkable."""

    source_name: str
    kind: str
    source_rows: int
    month_rows: int
    columns: tuple[ColumnCheck, ...]
    issues: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableCheck:
    """One contract table; `error` is the reason it could not be read at all."""

    name: str
    zh: str
    is_listed: bool | None
    parts: tuple[PartCheck, ...] = ()
    error: CasemixError | None = None

    @property
    def rows(self) -> int:
        """Rows of the month."""
        return sum(part.month_rows for part in self.parts)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with the values of the table."""
        return tuple(issue for part in self.parts for issue in part.issues)


@dataclass(frozen=True)
class CheckReport:
    """The delivery of one hospital and month, table by table."""

    hospital_id: str
    month: date
    tables: tuple[TableCheck, ...]
    error: CasemixError | None = field(default=None)

    @property
    def is_good(self) -> bool:
        """Whether the month could be landed as it is."""
        return self.error is None and not any(t.error or t.issues for t in self.tables)


def check_delivery(delivery: Delivery, month: date) -> CheckReport:
    """Read a month through its mapping and report columns, types, unmapped codes and row counts.

    Raises nothing for a bad delivery: what landing would refuse is in the report.
    """
    period = Month(month)
    try:
        delivery.check_month(period)
    except CasemixError as error:
        return CheckReport(delivery.hospital_id, month, (), error)
    with tempfile.TemporaryDirectory(prefix="casemix-check-") as scratch, open_workbench(Path(scratch)) as bench:
        tables = []
        for table in load_contract():
            tables.append(_check_table(bench, delivery, table, period))
            bench.clear()
    return CheckReport(delivery.hospital_id, month, tuple(tables))


def _check_table(bench: Workbench, delivery: Delivery, table: Table, month: Month) -> TableCheck:
    listed = delivery.is_listed(table.name)
    if listed is False:
        return TableCheck(table.name, table.zh, listed)
    try:
        parts = tuple(_check_part(bench, delivery, table, part, month) for part in delivery.parts(bench, table, month))
        if not sum(part.month_rows for part in parts) and not table.may_be_absent:
            raise _is_empty(delivery, table, month)
    except CasemixError as error:
        return TableCheck(table.name, table.zh, listed, error=error)
    return TableCheck(table.name, table.zh, listed, parts)


def _check_part(bench: Workbench, delivery: Delivery, table: Table, part: Part, month: Month) -> PartCheck:
    judged = inspect_part(bench, table, part, month, delivery.hospital_id)
    columns = tuple(
        ColumnCheck(c.name, c.zh, c.contract_type, raw.label if raw else None, raw.data_type if raw else None)
        for c in table.columns
        if c.name != HOSPITAL
        for raw in [part.columns.get(c.name)]
    )
    return PartCheck(part.source_name, part.kind, judged.source_rows, judged.month_rows, columns, judged.issues, judged.warnings)


def _is_empty(delivery: Delivery, table: Table, month: Month) -> CasemixError:
    """F06 for a table that must have rows."""
    name = f"{delivery.hospital_id}/{'reference' if table.is_reference else month}/{table.name}"
    return bad_file(
        "F06", name, "has no rows", f"{table.zh} 没有数据", "Hand over the rows, or do not list the table as delivered."
    )


def check_sources(
    source: Path | None, config: Path | None, month: str | None, hospitals: Sequence[str] = ()
) -> list[CheckReport]:
    """Check the month (default: each hospital's latest) of the hospitals (default: all) a source or configuration names.

    Raises:
        ConfigurationError: nothing to check, or a month that cannot be read or guessed.
    """
    deliveries = [d for d in open_deliveries(source, config) if not hospitals or d.hospital_id in hospitals]
    if not deliveries:
        raise _unusable(f"no hospital {', '.join(hospitals)} in the source", "来源中没有该机构", "Check --hospital.")
    return [check_delivery(delivery, _month(delivery, month)) for delivery in deliveries]


def problems(reports: Sequence[CheckReport]) -> BadInput | None:
    """One error for everything landing would refuse; None when all is good."""
    bad = [report for report in reports if not report.is_good]
    if not bad:
        return None
    first = next((t.error for r in bad for t in r.tables if t.error), bad[0].error)
    issues = sum(issue.count for r in bad for t in r.tables for issue in t.issues)
    return BadInput(
        f"{len(bad)} of {len(reports)} hospitals cannot be landed as they are: {issues} values break the contract"
        + (f"; {first.message}" if first else ""),
        rule=first.rule if first else None,
        zh="数据尚不能入湖，见上表",
        place=first.place if first else None,
        remedy="Correct source or mapping and check again.",
    )


def _month(delivery: Delivery, text: str | None) -> date:
    if text:
        try:
            return Month.parse(text).start
        except ValueError:
            raise _unusable(f"{text!r} is not a month", "月份格式应为 YYYY-MM", "Write --month 2025-01.") from None
    months = delivery.months()
    if not months:
        raise _unusable(f"{delivery.hospital_id}: only the database knows its months", "请给出月份", "Give --month.")
    return months[-1].start


def _unusable(en: str, zh: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"Nothing to check: {en}.", rule="MAP-01", zh=zh, remedy=remedy)
