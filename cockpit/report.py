"""Frozen reports of a month, a department or a doctor: one self-contained page each, to send, to print and to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from cockpit.queries import component, department, gates, indicators, overruns, overview, pool
from cockpit.queries import report as queries
from cockpit.ui import html, svg
from cockpit.ui.columns import bar_column, change_column, code_column, compared, group_column, largest, yuan_column
from cockpit.ui.figures import change, number, percent, plain
from cockpit.ui.html import Column, Tile
from cockpit.view import Cockpit
from orchestration.errors import BadInput

Row = Mapping[str, Any]
HERE = Path(__file__).parent
FEN = Decimal("0.01")
TOP_GROUPS = 10
PASSED = "passed"
DEPARTMENT_TILES = (
    ("bonus_yuan", "bonus"),
    ("inpatient_yuan", "inpatient"),
    ("outpatient_yuan", "outpatient"),
    ("composite_score", "composite_score"),
)


def month_report(cockpit: Cockpit, address: Callable[[str, str], str | None] = lambda kind, code: None) -> str:
    """The month of a hospital.

    Args:
        cockpit: release, hospital and month.
        address: where the report of a department (kind ``department``) lies beside this one; None where it does not.
    """
    texts = cockpit.texts
    name = cockpit.names.hospital(cockpit.place.hospital_id)
    parts = [
        _month_tiles(cockpit),
        html.section(texts("department_changes")),
        _departments(cockpit, address),
        *_overruns(cockpit, ""),
        *_indicators(cockpit, "hospital", cockpit.place.hospital_id),
        *_gates(cockpit),
    ]
    return _page(cockpit, f"{name} · {texts('report.month')}", parts)


def department_report(cockpit: Cockpit, dept_id: str) -> str:
    """A department in a month.

    Raises:
        BadInput: the month has no bonus of the department.
    """
    heads = cockpit.rows(department.HEAD, dept_id=dept_id)
    now = next((row for row in heads if row["month"] == cockpit.place.month), None)
    before = next((row for row in heads if row["month"] == cockpit.place.previous), None)
    if now is None:
        raise _unknown(cockpit, dept_id)
    texts = cockpit.texts
    parts = [
        _department_tiles(cockpit, now, before),
        *_components(cockpit, dept_id, now, before),
        *_groups(cockpit, dept_id),
        *_costs(cockpit, dept_id),
        *_overruns(cockpit, dept_id),
        *_indicators(cockpit, "department", dept_id),
    ]
    name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
    return _page(cockpit, f"{name} {dept_id} · {texts('report.department')}", parts)


def doctor_report(cockpit: Cockpit, staff_id: str) -> str:
    """A doctor, or any other person with a bonus or cases, in a month.

    Raises:
        BadInput: the month knows nothing of that person.
    """
    bonuses = cockpit.rows(queries.STAFF_BONUS, staff_id=staff_id)
    cases = cockpit.rows(queries.DOCTOR_CASES, staff_id=staff_id)
    if not cases and not any(row["month"] == cockpit.place.month for row in bonuses):
        raise _unknown(cockpit, staff_id)
    parts = [
        *_staff_tiles(cockpit, bonuses, cases),
        *_staff_lines(cockpit, staff_id),
        *_indicators(cockpit, "doctor", staff_id),
        *_staff_cases(cockpit, cases),
    ]
    return _page(cockpit, f"{staff_id} · {cockpit.texts('report.doctor')}", parts)


def departments_of(cockpit: Cockpit) -> list[str]:
    """Departments with a bonus in the month."""
    return [row["dept_id"] for row in cockpit.rows(department.CHOICES)]


def doctors_of(cockpit: Cockpit) -> list[tuple[str, str]]:
    """Doctors with cases in the month, each with a department."""
    return [(row["doctor_id"], row["dept_id"]) for row in cockpit.rows(queries.DOCTORS)]


def _page(cockpit: Cockpit, title: str, parts: list[str]) -> str:
    texts, record = cockpit.texts, cockpit.record
    month = f"{cockpit.place.month:%Y-%m}"
    published = record.content["published_at"][:16].replace("T", " ")
    simulation = " " + html.pill(texts("simulation"), "wait") if record.content["is_simulation"] else ""
    line = html.text(texts("release_line", release=record.release_id, published=published))
    return _template().render(
        language=cockpit.place.language,
        title=title,
        month=month,
        style=(HERE / "ui" / "theme.css").read_text(encoding="utf-8"),
        head=html.title(f"{title} · {month}", line + simulation),
        parts=parts,
        frozen=html.text(texts("report.frozen")),
        record_sha256=record.sha256,
    )


@cache
def _template() -> jinja2.Template:
    """Its values are pieces of `cockpit.ui`, escaped there."""
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    return environment.from_string((HERE / "report.html").read_text(encoding="utf-8"))


def _month_tiles(cockpit: Cockpit) -> str:
    texts = cockpit.texts
    total = cockpit.row(overview.TOTALS) or {}
    moved = None if total["earlier_bonus_yuan"] is None else total["bonus_yuan"] - total["earlier_bonus_yuan"]
    return html.tiles(
        [
            Tile(texts("bonus"), number(total["bonus_yuan"]), html.delta(moved)),
            Tile(texts("hospital_cost"), number(total["cost_yuan"])),
            Tile(texts("standard_total"), number(total["standard_yuan"])),
            Tile(texts("cases"), number(total["case_count"], 0), f"{texts('group_rate')} {percent(total['group_rate'])}"),
            Tile(texts("gates_passed"), f"{total['passed_count']} / {total['gate_count']}"),
        ]
    )


def _departments(cockpit: Cockpit, address: Callable[[str, str], str | None]) -> str:
    texts = cockpit.texts
    rows = cockpit.rows(overview.DEPARTMENTS)

    def name(row: Row) -> str:
        known = cockpit.names.department(cockpit.place.hospital_id, row["dept_id"])
        where = address("department", row["dept_id"]) if row["bonus_yuan"] is not None else None
        return html.linked(where, known, row["dept_id"]) if where else html.named(known, row["dept_id"])

    def reason(row: Row) -> str:
        if not row["change_yuan"] or row["component"] is None:
            return ""
        return f"{html.text(texts.code('component', row['component']))} <small>{html.delta(row['component_change_yuan'])}</small>"

    return html.table(
        [
            Column(texts("department"), name),
            yuan_column(texts("last_month"), "earlier_bonus_yuan", is_extra=True),
            yuan_column(texts("this_month"), "bonus_yuan"),
            change_column(texts("change"), "change_yuan"),
            Column(texts("main_reason"), reason, is_extra=True),
        ],
        rows,
    )


def _department_tiles(cockpit: Cockpit, now: Row, before: Row | None) -> str:
    texts = cockpit.texts

    def tile(name: str, label: str) -> Tile:
        figure = plain(now[name]) if name == "composite_score" else number(now[name])
        moved = change(now[name], before[name]) if before else None
        return Tile(texts(label), figure, html.delta(moved))

    return html.tiles(tile(name, label) for name, label in DEPARTMENT_TILES)


def _components(cockpit: Cockpit, dept_id: str, now: Row, before: Row | None) -> Iterator[str]:
    texts = cockpit.texts
    lines = cockpit.rows(department.COMPONENTS, dept_id=dept_id)
    lines = [line for line in lines if max(abs(line["amount_yuan"]), abs(line["earlier_amount_yuan"])) >= FEN]
    view, measure = ("change", "change_yuan") if before else ("month", "amount_yuan")
    steps = [(texts.code("component", line["component"]), line[measure]) for line in lines if abs(line[measure]) >= FEN]
    start = (texts("last_month"), before["bonus_yuan"]) if before else None
    yield html.section(texts(f"waterfall_{view}"))
    yield svg.waterfall(steps, start=start, end=(texts("this_month"), now["bonus_yuan"]))
    moved = now["bonus_yuan"] - before["bonus_yuan"] if before else None
    yield html.table(
        [code_column(cockpit, texts("component"), "component", "component"), *compared(cockpit)],
        lines,
        total=[texts("bonus"), number(before["bonus_yuan"] if before else None), number(now["bonus_yuan"]), html.delta(moved)],
    )


def _groups(cockpit: Cockpit, dept_id: str) -> Iterator[str]:
    texts = cockpit.texts
    rows = cockpit.rows(component.GROUPS, dept_id=dept_id, component="INPATIENT_INCOME")
    rows = sorted(rows, key=lambda row: (-abs(row["simulated_change_yuan"]), row["deduction_key"]))[:TOP_GROUPS]
    if not rows:
        return

    def counts(row: Row) -> str:
        return f"{plain(row['earlier_case_count'], 2)} → {plain(row['case_count'], 2)}"

    yield html.section(texts("driving_groups"))
    yield html.table(
        [
            group_column(cockpit, "deduction_key"),
            Column(
                texts("cases_before_now"),
                lambda row: f"{plain(row['earlier_case_count'], 2)} → {plain(row['case_count'], 2)}",
                is_number=True,
            ),
            *compared(cockpit, "simulated_yuan", "earlier_simulated_yuan", "simulated_change_yuan"),
            change_column(texts("deduction_change"), "deduction_change_yuan", is_extra=True),
        ],
        rows,
    )


def _costs(cockpit: Cockpit, dept_id: str) -> Iterator[str]:
    texts = cockpit.texts
    rows = cockpit.rows(pool.CATEGORIES, dept_id=dept_id, service_setting="")
    if not rows:
        return
    yield html.section(texts("full_cost"))
    yield html.table(
        [
            Column(
                texts("cost_category"),
                lambda row: html.named(texts.code("cost_category", row["cost_category"]), row["cost_category"]),
            ),
            code_column(cockpit, texts("setting"), "setting", "service_setting"),
            *compared(cockpit),
            bar_column("change_yuan", largest(rows, "change_yuan")),
        ],
        rows,
    )


def _overruns(cockpit: Cockpit, dept_id: str) -> Iterator[str]:
    texts = cockpit.texts
    rows = cockpit.rows(overruns.GROUPS, basis="cost", dept_id=dept_id)[:TOP_GROUPS]
    if not rows:
        return
    yield html.section(texts("overruns_cost"))
    yield html.table(
        [
            group_column(cockpit),
            Column(texts("overrun_cases"), lambda row: f"{row['overrun_count']} / {row['case_count']}", is_number=True),
            yuan_column(texts("overrun"), "overrun_yuan"),
            Column(texts("running_share"), lambda row: percent(row["running_yuan"] / row["total_yuan"]), is_number=True),
        ],
        rows,
    )


def _indicators(cockpit: Cockpit, level: str, subject_id: str) -> Iterator[str]:
    texts, names, language = cockpit.texts, cockpit.names, cockpit.place.language
    rows = cockpit.rows(indicators.VALUES, level=level, subject_id=subject_id)
    if not rows:
        return

    def state(row: Row) -> str:
        if row["is_attained"] is None:
            return ""
        return html.pill(texts("met"), "good") if row["is_attained"] else html.pill(texts("missed"), "bad")

    def value(name: str) -> Callable[[Row], str]:
        return lambda row: number(row[name], names.decimals(row["indicator_code"]))

    yield html.section(texts("page.indicators"))
    yield html.table(
        [
            Column(texts("indicator"), lambda row: html.text(names.indicator(row["indicator_code"], language))),
            Column(texts("last_month"), value("earlier_value"), is_number=True, is_extra=True),
            Column(texts("this_month"), value("value"), is_number=True),
            Column(texts("target"), lambda row: plain(row["target"]), is_number=True),
            Column("", state),
        ],
        rows,
        part=lambda row: texts.code("indicator_dimension", row["dimension"]),
    )


def _gates(cockpit: Cockpit) -> Iterator[str]:
    texts = cockpit.texts
    rows = [row for row in cockpit.rows(gates.GATES) if row["status"] != PASSED]
    yield html.section(texts("gates_to_see"))
    yield html.table(
        [
            Column(texts("gate"), lambda row: html.text(row["gate_id"])),
            code_column(cockpit, texts("state"), "status", "status"),
            Column(texts("failing"), lambda row: number(row["failing_rows"], 0), is_number=True),
            yuan_column(texts("amount"), "amount_yuan"),
        ],
        rows,
    )


def _staff_tiles(cockpit: Cockpit, bonuses: list[dict[str, Any]], cases: list[dict[str, Any]]) -> Iterator[str]:
    texts, place = cockpit.texts, cockpit.place
    here = [row for row in bonuses if row["month"] == place.month]
    before = [row for row in bonuses if row["month"] == place.previous]
    now = sum((row["bonus_yuan"] for row in here), Decimal(0))
    moved = now - sum((row["bonus_yuan"] for row in before), Decimal(0)) if before else None
    depts = {row["dept_id"] for row in here} or {row["dept_id"] for row in cases}
    names = [cockpit.names.department(place.hospital_id, dept_id) for dept_id in sorted(depts)]
    margin = sum((row["margin_yuan"] for row in cases if row["margin_yuan"] is not None), Decimal(0))
    yield html.tiles(
        [
            Tile(texts("department"), html.text("、".join(names))),
            Tile(texts("bonus"), number(now), html.delta(moved)),
            Tile(texts("cases"), str(len(cases))),
            Tile(texts("margin"), number(margin)),
        ]
    )


def _staff_lines(cockpit: Cockpit, staff_id: str) -> Iterator[str]:
    texts = cockpit.texts
    lines = cockpit.rows(queries.STAFF_LINES, staff_id=staff_id)
    if lines:
        yield html.section(texts("waterfall_month"))
        yield html.table(
            [code_column(cockpit, texts("component"), "component", "component"), *compared(cockpit)],
            lines,
        )
    points = cockpit.rows(queries.STAFF_POINTS, staff_id=staff_id)
    if points:
        yield html.section(texts("points"))
        yield html.table(
            [
                code_column(cockpit, texts("point_kind"), "point_kind", "point_kind"),
                *compared(cockpit, "points", "earlier_points", "change_points"),
            ],
            points,
        )


def _staff_cases(cockpit: Cockpit, cases: list[dict[str, Any]]) -> Iterator[str]:
    if not cases:
        return
    texts = cockpit.texts
    yield html.section(texts("page.cases"), texts("cases_lead"))
    yield html.table(
        [
            Column(texts("stay"), lambda row: html.text(row["stay_id"])),
            group_column(cockpit),
            Column(texts("days"), lambda row: number(row["stay_days"], 0), is_number=True, is_extra=True),
            Column(
                texts("multiple_class"), lambda row: html.text(texts.code("multiple_class", row["multiple_class"])), is_extra=True
            ),
            yuan_column(texts("billed"), "billed_fee_yuan", is_extra=True),
            yuan_column(texts("standard_total"), "standard_total_yuan"),
            yuan_column(texts("cost"), "cost_yuan"),
            change_column(texts("margin"), "margin_yuan"),
        ],
        cases,
    )


def _unknown(cockpit: Cockpit, who: str) -> BadInput:
    return BadInput(
        f"{cockpit.place.hospital_id} {cockpit.place.month:%Y-%m} knows no department or person {who}",
        remedy="scored.fct_department_bonus lists departments, scored.fct_staff_bonus persons",
        zh=f"该月没有科室或职工 {who}",
    )
