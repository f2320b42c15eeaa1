"""Which department may see a row, and the condition of the row policies.

Every table carries `visible_dept_id`, written when it is published: the department whose head may see the row, null where
only the hospital may. So all policies are the same few uncorrelated look-ups in the grants, whatever a row is about.
"""

from __future__ import annotations

from orchestration.release.bi import quoted
from orchestration.release.catalogue import Mart, MartColumn
from orchestration.serving.postgres.cells import cell_condition, is_by_level

VISIBLE_DEPT = MartColumn("visible_dept_id", "varchar", "Department whose head may see the row; null: hospital only.", "可见科室")
GRANTS = "access.account_grant"
CASES = "grouped.fct_case"
# Of a posting between departments the receiver sees what it was charged.
DEPARTMENT_COLUMNS = ("dept_id", "to_dept_id")
PERSON_LEVEL = "doctor"


def visible_dept_sql(mart: Mart) -> str:
    """Expression over rows of the mart called `mart`, in the release's own database."""
    columns = mart.column_types
    for name in DEPARTMENT_COLUMNS:
        if name in columns:
            return f"mart.{quoted(name)}"
    if is_by_level(mart):
        return "case when mart.level = 'department' then mart.subject_id end"
    if "stay_id" in columns:
        return (
            f"(select max_by(cases.dept_id, cases.month) from {CASES} as cases "
            "where cases.hospital_id = mart.hospital_id and cases.stay_id = mart.stay_id)"
        )
    return "cast(null as varchar)"


def row_condition(mart: Mart) -> str:
    """Condition of the row policy: the hospital is granted as a whole, or the department is, and the cell is not too small."""
    if mart.name.startswith("dim_") and not set(DEPARTMENT_COLUMNS) & set(mart.column_types):
        return f"hospital_id in (select hospital_id from {GRANTS})"
    whole = f"hospital_id in (select hospital_id from {GRANTS} where dept_id is null)"
    own = f"(hospital_id, visible_dept_id) in (select hospital_id, dept_id from {GRANTS} where dept_id is not null)"
    rows = f"({whole} or {own}) and {cell_condition()}"
    if is_by_level(mart):
        return f"{rows} and (level <> '{PERSON_LEVEL}' or pg_has_role(current_user, 'casemix_identified', 'usage'))"
    return rows
