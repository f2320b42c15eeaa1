"""One case: its group and why, its cost by three methods, its payment simulated and actual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import case as queries
from cockpit.session import opened
from cockpit.ui import html
from cockpit.ui.columns import department_cell, yuan_column
from cockpit.ui.figures import number, percent, plain
from cockpit.ui.html import Column
from cockpit.ui.parts import department_step, needs_hospital, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    stay_id = cockpit.place.get("stay")
    grouping = cockpit.row(queries.GROUPING, stay_id=stay_id)
    if grouping is None:
        quiet(cockpit.texts("no_case", stay=stay_id))
        return
    _path(cockpit, grouping)
    name = grouping["group_name"] or cockpit.texts("no_group")
    st.html(
        html.title(
            f"{stay_id} · {name}", html.text(f"{grouping['discharged_on']} · {grouping['scheme']} {grouping['version'] or ''}")
        )
    )
    _grouping(cockpit, grouping)
    _costs(cockpit, stay_id)
    _settlements(cockpit, stay_id)
    _wards(cockpit, stay_id)


def _path(cockpit: Cockpit, grouping: Row) -> None:
    dept_id = grouping["dept_id"]
    if not dept_id:
        needs_hospital(cockpit)
        way(cockpit, (grouping["stay_id"], None))
        return
    cases = (cockpit.texts("page.cases"), cockpit.place.link("cases", dept=dept_id))
    way(cockpit, department_step(cockpit, dept_id), cases, (grouping["stay_id"], None))


def _grouping(cockpit: Cockpit, row: Row) -> None:
    texts = cockpit.texts
    st.html(html.section(texts("grouping")))
    st.html(
        html.facts(
            [
                (texts("group"), html.text(row["group_code"])),
                (texts("deciding_rule"), html.text(row["deciding_rule"] or row["status_reason"])),
                (texts("complication"), html.text(row["complication"])),
                (texts("weight_or_score"), plain(row["weight"] if row["weight"] is not None else row["score"])),
                (texts("doctor"), html.text(row["doctor_id"])),
                (texts("days"), number(row["stay_days"], 0)),
                (texts("billed"), number(row["total_fee_yuan"])),
            ]
        )
    )


def _costs(cockpit: Cockpit, stay_id: str) -> None:
    texts = cockpit.texts
    source = cockpit.place.link("source", mart="costed.fct_case_cost", stay=stay_id)
    st.html(html.section(texts("case_cost"), html.link(source, texts("to_source"))))
    st.html(
        html.table(
            [
                Column(texts("method"), lambda row: html.text(texts.code("method", row["method"]))),
                yuan_column(texts("own_cost"), "own_cost_yuan"),
                yuan_column(texts("shared_cost"), "shared_cost_yuan"),
                yuan_column(texts("cost"), "cost_yuan"),
            ],
            cockpit.rows(queries.COSTS, stay_id=stay_id),
        )
    )


def _settlements(cockpit: Cockpit, stay_id: str) -> None:
    texts = cockpit.texts
    source = cockpit.place.link("source", mart="settled.fct_case_settlement", stay=stay_id)
    st.html(html.section(texts("settlement"), html.link(source, texts("to_source"))))
    st.html(
        html.table(
            [
                Column(
                    texts("basis"),
                    lambda row: f"{html.text(texts.code('basis', row['basis']))} <small>{row['month']:%Y-%m}</small>",
                ),
                Column(
                    texts("multiple_class"),
                    lambda row: html.text(texts.code("multiple_class", row["multiple_class"])),
                    is_extra=True,
                ),
                Column(texts("point_value"), lambda row: plain(row["point_value"]), is_number=True, is_extra=True),
                Column(texts("coefficient"), lambda row: plain(row["coefficient"]), is_number=True, is_extra=True),
                yuan_column(texts("billed"), "billed_fee_yuan"),
                yuan_column(texts("standard_total"), "standard_total_yuan"),
                yuan_column(texts("fund_pay"), "fund_pay_yuan", is_extra=True),
            ],
            cockpit.rows(queries.SETTLEMENTS, stay_id=stay_id),
        )
    )


def _wards(cockpit: Cockpit, stay_id: str) -> None:
    rows = cockpit.rows(queries.WARDS, stay_id=stay_id)
    if not rows:
        return
    texts, whole = cockpit.texts, sum(row["ward_weight"] for row in rows)
    st.html(html.section(texts("wards")))
    columns = [
        Column(texts("department"), department_cell(cockpit)),
        Column(texts("ward_weight"), lambda row: plain(row["ward_weight"]), is_number=True),
        Column(texts("of_case"), lambda row: percent(row["ward_weight"] / whole if whole else None), is_number=True),
    ]
    st.html(html.table(columns, rows))


render()
