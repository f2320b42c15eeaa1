"""Bed days and the cost of stays, carried from month to month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.end_to_end.checker.costs import MonthCost
from tests.end_to_end.checker.money import largest_remainder
from tests.end_to_end.checker.tables import Month, Row, on

ZERO = Fraction(0)


@dataclass
class StayCost:
    """Cost of a stay so far, in yuan."""

    own_cost: Fraction = ZERO
    own_fee: Fraction = ZERO
    shared: Fraction = ZERO
    shared_direct: Fraction = ZERO


@dataclass
class Ledger:
    """Costs of stays by id, opening balances included; the state the checker carries from month to month."""

    stays: dict[str, StayCost] = field(default_factory=lambda: defaultdict(StayCost))

    def open_with(self, openings: list[Row], month: date) -> None:
        """Take over own cost before go-live; it counts as fee and as cost."""
        for row in openings:
            if row["measure_code"] == "open_stay_cost" and row["month"] < month:
                self.stays[row["subject_id"]].own_cost += row["amount"]
                self.stays[row["subject_id"]].own_fee += row["amount"]

    def add_month(self, month: Month, cost: MonthCost, sameday: int) -> None:
        """Add own items and shares of one month."""
        for (kind, stay, _), (own, fee) in cost.items.items():
            if kind == "inpatient":
                self.stays[stay].own_cost += own
                self.stays[stay].own_fee += fee
        days = bed_days(month, sameday)
        for dept in {d for d, _ in days}:
            weights = {stay: Fraction(n) for (d, stay), n in days.items() if d == dept and n}
            if not weights:
                continue
            for stay, part in largest_remainder(cost.pool(dept, "inpatient"), weights).items():
                self.stays[stay].shared += part
            for stay, part in largest_remainder(cost.pool(dept, "inpatient", is_direct=True), weights).items():
                self.stays[stay].shared_direct += part


def _midnights(row: Row, until: date) -> list[date]:
    """Days that end while the patient lies in the ward."""
    first = on(row["entered_at"])
    last = min(on(row["left_at"]), until) if isinstance(row["left_at"], datetime) else until
    return [first + timedelta(days=n) for n in range((last - first).days)]


def bed_days(month: Month, sameday: int) -> dict[tuple[str, str], int]:
    """Bed days of the month by department and stay."""
    return {k: n for k, n in _count(month, sameday, only_month=True).items() if n}


def whole_bed_days(month: Month, sameday: int) -> dict[tuple[str, str], int]:
    """Bed days of the whole stay by department and stay, for stays of the month's transfer file."""
    return _count(month, sameday, only_month=False)


def _count(month: Month, sameday: int, *, only_month: bool) -> dict[tuple[str, str], int]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in month.rows("his_transfer"):
        rows[row["stay_id"]].append(row)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for stay, transfers in rows.items():
        days = {(r["dept_id"], d) for r in transfers for d in _midnights(r, month.end)}
        for dept, day in days:
            if not only_month or month.first <= day < month.end:
                counted[dept, stay] += 1
        last = max(transfers, key=lambda r: r["sequence"])
        if not days and last["left_at"] is not None:
            counted[last["dept_id"], stay] += sameday
    return counted
