"""Cases of a department or a group, this month and the last, the dearest for the hospital first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import case as queries
from cockpit.session import opened
from cockpit.ui import html
from cockpit.ui.columns import change_column, yuan_column
from cockpit.ui.figures import number
from cockpit.ui.html import Column
from cockpit.ui.parts import department_step, needs_department, needs_hospital, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]
MOST = 200


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts, group = cockpit.texts, cockpit.place.get("group")
    dept_id = cockpit.place.get("dept")
    if dept_id:
        needs_department(cockpit)
        way(cockpit, department_step(cockpit, dept_id), (texts("page.cases"), None))
    else:
        needs_hospital(cockpit)
        way(cockpit, (texts("page.cases"), None))
    rows = cockpit.rows(queries.LIST, dept_id=dept_id, group_code=group)
    name = next((row["group_name"] for row in rows if group and row["group_name"]), group)
    st.html(html.title(name or texts("page.cases"), texts("cases_lead")))
    for month, key in ((cockpit.place.month, "this_month"), (cockpit.place.previous, "last_month")):
        _month(cockpit, [row for row in rows if row["month"] == month], f"{texts(key)} {month:%Y-%m}")
    if len(rows) == MOST:
        quiet(texts("first_rows", count=MOST))


def _month(cockpit: Cockpit, rows: list[dict[str, Any]], heading: str) -> None:
    texts = cockpit.texts
    st.html(html.section(f"{heading} · {texts('case_count', count=len(rows))}"))
    if not rows:
        quiet(texts("no_cases"))
        return

    def stay(row: Row) -> str:
        return html.link(cockpit.place.link("case", stay=row["stay_id"], month=f"{row['month']:%Y-%m}"), row["stay_id"])

    def group(row: Row) -> str:
        return html.named(row["group_name"] or row["group_code"] or texts("no_group"), row["group_code"] or "")

    st.html(
        html.table(
            [
                Column(texts("stay"), stay),
                Column(texts("group"), group, is_extra=True),
                Column(texts("doctor"), lambda row: html.text(row["doctor_id"]), is_extra=True),
                Column(texts("days"), lambda row: number(row["stay_days"], 0), is_number=True, is_extra=True),
                Column(
                    texts("multiple_class"),
                    lambda row: html.text(texts.code("multiple_class", row["multiple_class"])),
                    is_extra=True,
                ),
                yuan_column(texts("billed"), "billed_fee_yuan", is_extra=True),
                yuan_column(texts("standard_total"), "standard_total_yuan", is_extra=True),
                yuan_column(texts("cost"), "cost_yuan"),
                change_column(texts("margin"), "margin_yuan"),
            ],
            rows,
        )
    )


render()
