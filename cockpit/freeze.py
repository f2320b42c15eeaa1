"""Write reports: one, or a month's whole set with links between them. What leaves is written to the access log first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cockpit.aggregates import open_reader, smallest_shown
from cockpit.place import Place
from cockpit.report import department_report, departments_of, doctor_report, doctors_of, month_report
from cockpit.view import Cockpit, DirectRelease
from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.privacy.access import record_access, require_grant
from orchestration.privacy.visitor import identify
from orchestration.release.record import read_record
from orchestration.release.serving import release_folder

ACTION = "report"
STAFF_DEPARTMENT = """
select dept_id from scored.fct_staff_bonus where hospital_id = :hospital_id and month = :month and staff_id = :staff_id
union all
select dept_id from grouped.fct_case where hospital_id = :hospital_id and month = :month and doctor_id = :staff_id
"""


@dataclass(frozen=True)
class Asked:
    """Which report: a month of a hospital, and a department or person of it; in a language, of a release, for a purpose."""

    hospital_id: str
    month: date
    who: str | None = None
    language: str = "zh"
    purpose: str | None = None


def open_report(home: Home, asked: Asked, release_id: str | None = None) -> Cockpit:
    """The release at the place a report is about.

    Raises:
        BadInput: the release does not hold the month.
        ConfigurationError: there is no such release.
    """
    folder = release_folder(home, release_id)
    months = read_record(folder).months_of(asked.hospital_id)
    if asked.month not in months:
        raise BadInput(
            f"release {folder.name} holds no {asked.hospital_id} {asked.month:%Y-%m}",
            remedy="casemix status lists months",
            zh="该发布版本没有此机构或月份",
        )
    place = Place(asked.language, asked.hospital_id, asked.month, {})
    visitor = identify(home)
    release = DirectRelease(home, folder, open_reader(folder, smallest_shown(home, folder, visitor)))
    return Cockpit(home, release, place, {asked.hospital_id: months}, visitor)


def freeze_one(cockpit: Cockpit, asked: Asked) -> str:
    """One report as a page: of the person or department asked for, else of the month.

    Raises:
        AccessDenied: F49, the visitor may not see it; the refusal is logged.
        BadInput: the month knows nobody of that number.
    """
    is_department = asked.who in departments_of(cockpit)
    dept_id = asked.who if is_department else _department_of(cockpit, asked.who)
    require_grant(cockpit.home, ACTION, asked.hospital_id, dept_id, purpose=asked.purpose)
    if asked.who is None:
        page = month_report(cockpit)
    else:
        page = department_report(cockpit, asked.who) if is_department else doctor_report(cockpit, asked.who)
    _log(cockpit, asked, asked.who or "month", 1)
    return page


def freeze_all(cockpit: Cockpit, asked: Asked, folder: Path) -> int:
    """Every report of a month into a folder, `index.html` being the month's; returns how many.

    Raises:
        AccessDenied: F49, the visitor may not see the whole hospital; the refusal is logged.
    """
    require_grant(cockpit.home, ACTION, asked.hospital_id, purpose=asked.purpose)
    pages = dict(_all_pages(cockpit))
    _log(cockpit, asked, "every department and doctor", len(pages))
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    return len(pages)


def _all_pages(cockpit: Cockpit) -> Iterator[tuple[str, str]]:
    yield "index.html", month_report(cockpit, lambda kind, code: f"{kind}-{code}.html")
    for dept_id in departments_of(cockpit):
        yield f"department-{dept_id}.html", department_report(cockpit, dept_id)
    for staff_id, _ in doctors_of(cockpit):
        yield f"doctor-{staff_id}.html", doctor_report(cockpit, staff_id)


def _department_of(cockpit: Cockpit, staff_id: str | None) -> str | None:
    """A department in which the person works; None asks for the right to see the whole hospital."""
    if staff_id is None:
        return None
    found = cockpit.release.rows(
        STAFF_DEPARTMENT, {"hospital_id": cockpit.place.hospital_id, "month": cockpit.place.month, "staff_id": staff_id}
    )
    return str(found[0]["dept_id"]) if found else None


def _log(cockpit: Cockpit, asked: Asked, what: str, count: int) -> None:
    seen = f"{cockpit.release.folder.name} {asked.hospital_id} {asked.month:%Y-%m} {what}"
    record_access(cockpit.home, ACTION, seen, rows=count, purpose=asked.purpose)
