"""How many persons a row is about, and the condition that keeps rows of too few of them from whoever reads aggregates only.

Every table carries `cell_size`, written when it is published: the patients, or the members of staff, a row is made of; null
where it is about none. A grant with a `min_cell` shows rows of at least that many.
"""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.release.catalogue import Mart, MartColumn

CELL_SIZE = MartColumn("cell_size", "bigint", "Persons the row is about; null where it is about none.", "单元人数")
GRANTS = "access.account_grant"
CASES = "grouped.fct_case"
MARKED_CASES = "scored.fct_indicator_case"
# A row that names one of these is about one person, where the column is filled.
PERSON_COLUMNS = ("stay_id", "patient_id", "staff_id")
CASE_COUNTS = ("case_count", "earlier_case_count")
PAYMENTS = "settled.fct_person_payment"


def cell_size_sql(mart: Mart, database: str = "") -> str:
    """Expression over rows of the mart called `mart`, in the release's own database or in one named `database`, dot included."""
    sizes = _sizes(mart, database)
    return f"cast(least({', '.join(sizes)}) as bigint)" if sizes else "cast(null as bigint)"


def _sizes(mart: Mart, database: str) -> list[str]:
    """What bounds the number of persons; null where it does not bear on the row."""
    columns = mart.column_types
    named = [f"mart.{name}" for name in PERSON_COLUMNS if name in columns]
    if named:
        return [f"case when coalesce({', '.join(named)}) is not null then 1 end"]
    if mart.relation == PAYMENTS:
        return ["case when mart.payment_kind = 'outcome' then 1 end"]
    sizes = ["case when mart.level = 'doctor' then 1 end"] if is_by_level(mart) else []
    counted = [f"floor(nullif(mart.{name}, 0))" for name in CASE_COUNTS if name in columns]
    return sizes + (counted or list(_counts(mart, database)))


def _counts(mart: Mart, database: str) -> Iterator[str]:
    """Cases of the group or department a row is about, where the mart does not count them itself."""
    columns = mart.column_types
    cases, marked = f"{database}{CASES}", f"{database}{MARKED_CASES}"
    if "group_code" in columns:
        yield _count(cases, "cases.group_code = mart.group_code")
        # Nobody had a service that was not given.
        if "quantity" in columns:
            yield "greatest(1, floor(mart.quantity))"
    elif "indicator_code" in columns and is_by_level(mart):
        yield f"case when mart.level = 'group' then {_count(cases, 'cases.group_code = mart.subject_id')} end"
        yield f"case when mart.level = 'disease' then {_count(marked, 'cases.disease_code = mart.subject_id')} end"
        yield f"case when mart.level = 'department' then {_department_cases(cases, 'mart.subject_id')} end"
    elif "indicator_code" in columns:
        yield _department_cases(cases, "mart.dept_id")


def _department_cases(cases: str, dept_id: str) -> str:
    """A department without cases has indicators of other things."""
    return f"nullif({_count(cases, f'cases.dept_id = {dept_id}')}, 0)"


def is_by_level(mart: Mart) -> bool:
    """Whether a row of the mart is about the hospital, a department, a person, a group or a disease, as its level says."""
    return {"level", "subject_id"} <= set(mart.column_types)


def _count(cases: str, condition: str) -> str:
    return (
        f"(select count(*) from {cases} as cases where cases.hospital_id = mart.hospital_id "
        f"and cases.month = mart.month and {condition})"
    )


def cell_condition() -> str:
    """Condition of the row policies: the strictest of the account's grants decides."""
    return f"(cell_size is null or cell_size >= coalesce((select max(min_cell) from {GRANTS}), 0))"
