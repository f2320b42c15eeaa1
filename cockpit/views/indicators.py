"""Indicators of the hospital, a department, a doctor or a group, with their targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cockpit.queries import indicators as queries
from cockpit.session import opened
from cockpit.ui import html
from cockpit.ui.figures import number, plain
from cockpit.ui.html import Column
from cockpit.ui.parts import department_step, needs_hospital, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]
HOSPITAL, DEPARTMENT = "hospital", "department"


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts, place = cockpit.texts, cockpit.place
    level = place.get("level", HOSPITAL)
    subject = place.get("subject", place.hospital_id)
    is_department = level == DEPARTMENT
    if not (is_department and cockpit.visitor.may_see(place.hospital_id, subject)):
        needs_hospital(cockpit)
    steps = [department_step(cockpit, subject)] if is_department else []
    way(cockpit, *steps, (texts("page.indicators"), None))
    name = cockpit.names.department(place.hospital_id, subject) if is_department else cockpit.names.hospital(subject)
    st.html(html.title(f"{name} · {texts('page.indicators')}", texts("indicators_lead")))
    rows = cockpit.rows(queries.VALUES, level=level, subject_id=subject)
    if not rows:
        quiet(texts("no_indicators"))
        return
    _attained(cockpit, rows)
    _values(cockpit, rows, leads_on=not is_department)
    chosen = place.get("indicator")
    if chosen and cockpit.sees_hospital:
        _compared(cockpit, chosen)


def _attained(cockpit: Cockpit, rows: list[dict[str, Any]]) -> None:
    judged = [row for row in rows if row["is_attained"] is not None]
    if judged:
        met = sum(1 for row in judged if row["is_attained"])
        st.html(html.callout(cockpit.texts("attained_count", met=f"<b>{met}</b>", judged=f"<b>{len(judged)}</b>")))


def _values(cockpit: Cockpit, rows: list[dict[str, Any]], *, leads_on: bool) -> None:
    texts, place = cockpit.texts, cockpit.place

    def indicator(row: Row) -> str:
        name = cockpit.names.indicator(row["indicator_code"], place.language)
        return html.link(place.link("indicators", indicator=row["indicator_code"]), name) if leads_on else html.text(name)

    def value(name: str) -> Callable[[Row], str]:
        return lambda row: number(row[name], cockpit.names.decimals(row["indicator_code"]))

    def moved(row: Row) -> str:
        return html.delta(row["change_value"], cockpit.names.decimals(row["indicator_code"]))

    st.html(
        html.table(
            [
                Column(texts("indicator"), indicator),
                Column(texts("last_month"), value("earlier_value"), is_number=True, is_extra=True),
                Column(texts("this_month"), value("value"), is_number=True),
                Column(texts("change"), moved, is_number=True, is_extra=True),
                Column(texts("target"), lambda row: _target(row), is_number=True),
                Column(
                    texts("attainment"), lambda row: html.meter(row["attainment"], is_met=bool(row["is_attained"])), is_extra=True
                ),
                Column("", lambda row: _state(cockpit, row)),
            ],
            rows,
            part=lambda row: texts.code("indicator_dimension", row["dimension"]),
        )
    )


def _target(row: Row) -> str:
    if row["target"] is None:
        return plain(None)
    return ("≤ " if row["direction"] == "lower" else "≥ ") + plain(row["target"])


def _state(cockpit: Cockpit, row: Row) -> str:
    if row["is_attained"] is None:
        return ""
    return html.pill(cockpit.texts("met"), "good") if row["is_attained"] else html.pill(cockpit.texts("missed"), "bad")


def _compared(cockpit: Cockpit, code: str) -> None:
    texts, language = cockpit.texts, cockpit.place.language
    st.html(html.section(texts("departments_compared", indicator=cockpit.names.indicator(code, language))))

    def department(row: Row) -> str:
        address = cockpit.place.link("indicators", level=DEPARTMENT, subject=row["dept_id"])
        return html.linked(address, cockpit.names.department(cockpit.place.hospital_id, row["dept_id"]), row["dept_id"])

    st.html(
        html.table(
            [
                Column(texts("department"), department),
                Column(texts("value"), lambda row: plain(row["value"]), is_number=True),
                Column(texts("target"), lambda row: plain(row["target"]), is_number=True, is_extra=True),
                Column(texts("attainment"), lambda row: html.meter(row["attainment"], is_met=bool(row["is_attained"]))),
            ],
            cockpit.rows(queries.COMPARED, indicator_code=code),
        )
    )


render()
