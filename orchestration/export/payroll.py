"""Payroll: the bonus of every person of a hospital and month, with readable staff numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import BadInput
from orchestration.export.cells import write_table
from orchestration.home import Home
from orchestration.privacy.access import record_access, require_grant
from orchestration.release.serving import open_release, release_folder

ACTION = "export payroll"
COLUMNS = ("hospital_id", "month", "dept_id", "staff_id", "bonus_yuan", "release_id")


@dataclass(frozen=True)
class Payroll:
    """What was handed out."""

    path: Path
    rows: int
    release_id: str


def export_payroll(
    home: Home, hospital_id: str, month: date, path: Path, *, purpose: str | None, release_id: str | None = None
) -> Payroll:
    """Write the payroll of a hospital and month; the access log says so before the file is there.

    Args:
        home: the warehouse.
        hospital_id: the hospital; the visitor needs a grant for the whole of it.
        month: first day of the month.
        path: file to write, .csv or .xlsx.
        purpose: why, for the access log.
        release_id: the release; by default the present one.

    Raises:
        AccessDenied: F49, no grant; logged.
        BadInput: the release has no bonus of that month.
    """
    require_grant(home, ACTION, hospital_id, purpose=purpose)
    release = release_folder(home, release_id).name
    with open_release(home, release) as con:
        rows = con.execute(
            f"""select {", ".join(COLUMNS)} from scored.fct_staff_bonus
                where hospital_id = ? and month = ? order by dept_id, staff_id""",
            [hospital_id, month],
        ).fetchall()
    if not rows:
        raise BadInput(
            f"release {release} holds no staff bonus of {hospital_id!r} in {month:%Y-%m}",
            remedy="casemix status shows what is published",
            zh="该版本没有此机构该月的职工绩效",
        )
    hidden = path.with_name(f".{path.name}.tmp{path.suffix}")
    write_table(hidden, COLUMNS, rows)
    hidden.chmod(0o600)
    record_access(home, ACTION, f"{hospital_id}/{month:%Y-%m} {release}", rows=len(rows), purpose=purpose)
    hidden.replace(path)
    return Payroll(path, len(rows), release)
