"""Two settlements of a month side by side, and the way between them by cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from orchestration.whatif.settle import Settled

Row = dict[str, Any]
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Sides:
    """The stages of a month as relations `cases_<n>` and `wards_<n>`; number 0 is the month as published.

    Wards of number 0 are those of the recorded policy under today's program: the release does not divide both amounts.
    """

    con: duckdb.DuckDBPyConnection
    hospital_id: str
    month: date
    causes: tuple[str, ...]

    @property
    def last(self) -> int:
        """Number of the month as the other policy settles it."""
        return len(self.causes)


def open_sides(hospital_id: str, month: date, published: Path, stages: Sequence[Settled]) -> Sides:
    """Open the files of a month; columns named alike everywhere."""
    con = duckdb.connect()
    columns = "stay_id, group_code, multiple_class, adjusted_score, coefficient, point_value, standard_total_yuan, fund_pay_yuan"
    typed = columns.replace("adjusted_score", "cast(adjusted_score as decimal(18, 4)) as adjusted_score")
    for name in ("standard_total_yuan", "fund_pay_yuan"):
        typed = typed.replace(name, f"cast({name} as decimal(18, 2)) as {name}")
    for number, path in enumerate([published, *(stage.cases for stage in stages)]):
        con.execute(f"create table cases_{number} as select {typed} from read_parquet('{path}') where basis = 'simulated'")
    for number, stage in enumerate([stages[0], *stages]):
        con.execute(
            f"""create table wards_{number} as
                select dept_id, split_part(stay_id, ':', 1) as amount, sum(payment_yuan) as yuan,
                    count(*) as case_count
                from read_parquet('{stage.wards}') group by all"""
        )
    return Sides(con, hospital_id, month, tuple(stage.cause.code for stage in stages))


def compare_cases(sides: Sides) -> list[Row]:
    """Every case of either side: one row per stay."""
    query = f"""
        select coalesce(new.stay_id, old.stay_id) as stay_id,
            old.group_code as old_group_code, new.group_code as new_group_code,
            old.multiple_class as old_multiple_class, new.multiple_class as new_multiple_class,
            old.adjusted_score as old_score, new.adjusted_score as new_score,
            old.coefficient as old_coefficient, new.coefficient as new_coefficient,
            old.point_value as old_point_value, new.point_value as new_point_value,
            old.standard_total_yuan as old_standard_total_yuan, new.standard_total_yuan as new_standard_total_yuan,
            coalesce(new.standard_total_yuan, 0) - coalesce(old.standard_total_yuan, 0) as standard_difference_yuan,
            old.fund_pay_yuan as old_fund_pay_yuan, new.fund_pay_yuan as new_fund_pay_yuan,
            coalesce(new.fund_pay_yuan, 0) - coalesce(old.fund_pay_yuan, 0) as fund_difference_yuan
        from cases_0 as old full join cases_{sides.last} as new on old.stay_id = new.stay_id order by 1"""
    return _rows(sides, query)


def compare_departments(sides: Sides) -> list[Row]:
    """Payment divided over wards as the bonus divides it: one row per department."""
    sums = ", ".join(
        f"""sum(old_yuan) filter (amount = '{amount}') as old_{name}_yuan,
            sum(new_yuan) filter (amount = '{amount}') as new_{name}_yuan,
            sum(new_yuan - old_yuan) filter (amount = '{amount}') as {amount}_difference_yuan"""
        for amount, name in (("standard", "standard_total"), ("fund", "fund_pay"))
    )
    query = f"""
        with both_sides as (
            select dept_id, amount, yuan as old_yuan, 0 as new_yuan, case_count as old_cases, 0 as new_cases from wards_0
            union all
            select dept_id, amount, 0, yuan, 0, case_count from wards_{sides.last}
        )
        select dept_id,
            sum(old_cases) filter (amount = 'standard') as old_case_count,
            sum(new_cases) filter (amount = 'standard') as new_case_count, {sums}
        from both_sides group by dept_id order by dept_id"""
    return _rows(sides, query)


def move_cases(sides: Sides) -> list[Row]:
    """What each cause moves of each case; only changes: one row per stay and cause."""
    found: list[Row] = []
    for (before, after), cause in zip(pairwise(range(sides.last + 1)), sides.causes, strict=True):
        query = f"""
            select coalesce(new.stay_id, old.stay_id) as stay_id, '{cause}' as cause,
                coalesce(new.standard_total_yuan, 0) - coalesce(old.standard_total_yuan, 0) as standard_difference_yuan,
                coalesce(new.fund_pay_yuan, 0) - coalesce(old.fund_pay_yuan, 0) as fund_difference_yuan
            from cases_{before} as old full join cases_{after} as new on old.stay_id = new.stay_id
            where old.standard_total_yuan is distinct from new.standard_total_yuan
                or old.fund_pay_yuan is distinct from new.fund_pay_yuan
            order by 1"""
        found += _rows(sides, query)
    return found


def sum_causes(sides: Sides, moved: Sequence[Row]) -> list[Row]:
    """The changes of the cases by cause, causes that move nothing too: one row per cause."""
    return [
        {
            "hospital_id": sides.hospital_id,
            "month": sides.month,
            "cause": cause,
            "case_count": len(of_cause),
            "standard_difference_yuan": sum((row["standard_difference_yuan"] for row in of_cause), ZERO),
            "fund_difference_yuan": sum((row["fund_difference_yuan"] for row in of_cause), ZERO),
        }
        for cause in sides.causes
        for of_cause in [[row for row in moved if row["cause"] == cause]]
    ]


def _rows(sides: Sides, query: str) -> list[Row]:
    found = sides.con.execute(query)
    names = [column[0] for column in found.description]
    head = {"hospital_id": sides.hospital_id, "month": sides.month}
    return [head | dict(zip(names, row, strict=True)) for row in found.fetchall()]
