"""From a figure of a page to the source rows behind it: the trace of `casemix trace`, checked and logged the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from cockpit.view import Cockpit
from orchestration.errors import AccessDenied
from orchestration.lineage.leaves import Leaf
from orchestration.lineage.opened import open_release
from orchestration.lineage.trace import Subject, Trace, bonus_subject, mart_subject
from orchestration.privacy.access import record_access, require_grant

ACTION = "cockpit source"


@dataclass(frozen=True)
class Traced:
    """A figure's trace with the weightiest leaves of each line."""

    trace: Trace
    leaves: list[Leaf]


def trace_sources(cockpit: Cockpit, parameters: Mapping[str, str], most: int) -> Traced:
    """Walk from the figure the parameters name to its source rows.

    Args:
        cockpit: release, hospital and month.
        parameters: `dept` or `staff`, or `mart` with `stay` or `dept`; `component` narrows a bonus to one line.
        most: leaves per line.

    Raises:
        AccessDenied: F49, the visitor may not see it; the refusal is logged.
        BadInput: nothing is there under that name, or a file was altered.
    """
    place = cockpit.place
    if cockpit.visitor.reads_aggregates:
        _refuse(cockpit)
    opened = open_release(cockpit.home, place.hospital_id, place.month, cockpit.release.folder.name)
    asked_dept = parameters.get("dept") if not parameters.get("mart") or not parameters.get("stay") else None
    require_grant(cockpit.home, ACTION, place.hospital_id, None if parameters.get("staff") else asked_dept)
    mart = parameters.get("mart")
    component = parameters.get("component")
    if mart:
        keys = {"stay_id": parameters.get("stay", ""), "dept_id": "" if parameters.get("stay") else parameters.get("dept", "")}
        subject: Subject = mart_subject(mart, {name: value for name, value in keys.items() if value})
    else:
        subject = bonus_subject(opened, place.month, parameters.get("staff") or parameters.get("dept", ""), component)
    trace = Trace(opened, place.month, subject)
    leaves = list(trace.leaves(most))
    seen = f"{cockpit.release.folder.name} {place.hospital_id} {place.month:%Y-%m} {subject.declaration.relation} {subject.name}"
    record_access(cockpit.home, ACTION, seen, rows=len(leaves), purpose=None)
    return Traced(trace, leaves)


def _refuse(cockpit: Cockpit) -> NoReturn:
    """Source rows are about single persons."""
    asked = f"{cockpit.place.hospital_id} {cockpit.place.month:%Y-%m} source rows"
    record_access(cockpit.home, ACTION, asked, rows=0, purpose=None, is_refused=True)
    raise AccessDenied(
        "this account reads aggregates of enough persons; source rows are about single ones; the refusal is logged",
        rule="F49",
        zh="当前账户只能查看达到最小单元的汇总数据，无权查看来源行，已记录",
        remedy="ask a hospital's auditor",
    )
