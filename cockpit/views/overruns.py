"""Overruns: which groups cost, or were billed, more than they are paid, the few that make the most first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import overruns as queries
from cockpit.session import opened
from cockpit.ui import charts, html
from cockpit.ui.columns import change_column, yuan_column
from cockpit.ui.figures import number, percent
from cockpit.ui.html import Column
from cockpit.ui.parts import department_step, needs_department, needs_hospital, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]
COST, BILLED = "cost", "billed"
BARS = 20


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts, dept_id = cockpit.texts, cockpit.place.get("dept")
    if dept_id:
        needs_department(cockpit)
        way(cockpit, department_step(cockpit, dept_id), (texts("page.overruns"), None))
    else:
        needs_hospital(cockpit)
        way(cockpit, (texts("page.overruns"), None))
    basis = BILLED if cockpit.place.get("basis") == BILLED else COST
    other = COST if basis == BILLED else BILLED
    switch = html.link(cockpit.place.link("overruns", dept=dept_id, basis=other), texts(f"show_overrun_{other}"))
    st.html(html.title(texts(f"overruns_{basis}"), f"{texts('overruns_lead')} {switch}"))
    groups = cockpit.rows(queries.GROUPS, basis=basis, dept_id=dept_id)
    if not groups:
        quiet(texts("no_overruns"))
        return
    _pareto(cockpit, groups)
    _groups(cockpit, groups, dept_id)
    if not dept_id:
        _departments(cockpit, basis)


def _pareto(cockpit: Cockpit, groups: list[dict[str, Any]]) -> None:
    texts = cockpit.texts
    total = groups[0]["total_yuan"]
    shares = [row["running_yuan"] / total for row in groups]
    needed = next(count for count, share in enumerate(shares, start=1) if share * 5 >= 4)
    st.html(
        html.callout(
            texts("pareto_says", needed=f"<b>{needed}</b>", groups=f"<b>{len(groups)}</b>", total=f"<b>{number(total)}</b>")
        )
    )
    shown = groups[:BARS]
    names = [row["group_name"] or row["group_code"] or texts("no_group") for row in shown]
    charts.show(charts.pareto(names, [row["overrun_yuan"] for row in shown], shares[:BARS]), "pareto", texts("page.overruns"))


def _groups(cockpit: Cockpit, groups: list[dict[str, Any]], dept_id: str) -> None:
    texts = cockpit.texts

    def group(row: Row) -> str:
        address = cockpit.place.link("cases", dept=dept_id, group=row["group_code"])
        return html.linked(address, row["group_name"] or row["group_code"] or texts("no_group"), row["group_code"])

    numbered = [row | {"place": place} for place, row in enumerate(groups, start=1)]
    st.html(html.section(texts("overrun_groups")))
    st.html(
        html.table(
            [
                Column("#", lambda row: str(row["place"]), is_number=True),
                Column(texts("group"), group),
                Column(texts("overrun_cases"), lambda row: f"{row['overrun_count']} / {row['case_count']}", is_number=True),
                yuan_column(texts("overrun"), "overrun_yuan"),
                change_column(texts("margin"), "margin_yuan", is_extra=True),
                Column(
                    texts("running_share"),
                    lambda row: percent(row["running_yuan"] / row["total_yuan"]),
                    is_number=True,
                    is_extra=True,
                ),
            ],
            numbered,
        )
    )


def _departments(cockpit: Cockpit, basis: str) -> None:
    texts = cockpit.texts

    def department(row: Row) -> str:
        address = cockpit.place.link("overruns", dept=row["dept_id"], basis=basis)
        return html.linked(address, cockpit.names.department(cockpit.place.hospital_id, row["dept_id"]), row["dept_id"])

    st.html(html.section(texts("overrun_departments")))
    st.html(
        html.table(
            [
                Column(texts("department"), department),
                Column(texts("overrun_cases"), lambda row: f"{row['overrun_count']} / {row['case_count']}", is_number=True),
                yuan_column(texts("overrun"), "overrun_yuan"),
                change_column(texts("margin"), "margin_yuan", is_extra=True),
            ],
            cockpit.rows(queries.DEPARTMENTS, basis=basis, dept_id=""),
        )
    )


render()
