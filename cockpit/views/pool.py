"""Cost pool of a department: stages of the allocation, categories, who gave and received, and its items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import pool as queries
from cockpit.session import opened
from cockpit.ui import charts, html
from cockpit.ui.columns import bar_column, change_column, compared, department_cell, largest, yuan_column
from cockpit.ui.figures import number
from cockpit.ui.html import Column
from cockpit.ui.parts import department_step, needs_department, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    dept_id = needs_department(cockpit)
    texts = cockpit.texts
    way(cockpit, department_step(cockpit, dept_id), (texts("page.pool"), None))
    name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
    st.html(html.title(f"{name} · {texts('page.pool')}", texts("pool_lead")))
    stages = cockpit.rows(queries.STAGES, dept_id=dept_id)
    if not stages:
        quiet(texts("no_cost"))
        return
    _stages(cockpit, dept_id, stages)
    _categories(cockpit, dept_id)
    _postings(cockpit, dept_id)
    _items(cockpit, dept_id)


def _stages(cockpit: Cockpit, dept_id: str, stages: list[dict[str, Any]]) -> None:
    texts = cockpit.texts
    steps = [(texts.code("stage", row["stage"]), row["amount_yuan"]) for row in stages]
    whole = sum(row["amount_yuan"] for row in stages)
    source = cockpit.place.link("source", mart="costed.fct_department_cost", dept=dept_id)
    st.html(html.section(texts("full_cost"), html.link(source, texts("to_source"))))
    spoken = "; ".join(f"{name} {number(amount)}" for name, amount in steps)
    charts.show(charts.waterfall(steps, start=None, end=(texts("full_cost"), whole)), "stages", spoken)


def _categories(cockpit: Cockpit, dept_id: str) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.CATEGORIES, dept_id=dept_id, service_setting=cockpit.place.get("setting"))
    st.html(html.section(texts("by_category")))
    st.html(
        html.table(
            [
                Column(
                    texts("cost_category"),
                    lambda row: html.named(texts.code("cost_category", row["cost_category"]), row["cost_category"]),
                ),
                Column(texts("setting"), lambda row: html.text(texts.code("setting", row["service_setting"]))),
                *compared(cockpit),
                bar_column("change_yuan", largest(rows, "change_yuan")),
            ],
            rows,
        )
    )


def _postings(cockpit: Cockpit, dept_id: str) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.POSTINGS, dept_id=dept_id)
    for heading, is_received in (("received_from", True), ("given_to", False)):
        chosen = [row for row in rows if row["is_received"] == is_received]
        if not chosen:
            continue
        st.html(html.section(texts(heading)))
        st.html(
            html.table(
                [
                    Column(texts("department"), department_cell(cockpit, "pool", "other_dept_id")),
                    Column(texts("stage"), lambda row: html.text(texts.code("stage", row["stage"])), is_extra=True),
                    Column(texts("driver"), lambda row: html.text(texts.code("driver", row["driver_code"])), is_extra=True),
                    *compared(cockpit),
                ],
                chosen,
            )
        )


def _items(cockpit: Cockpit, dept_id: str) -> None:
    texts, place = cockpit.texts, cockpit.place
    rows = cockpit.rows(queries.ITEMS, dept_id=dept_id)
    if not rows:
        return

    def item(row: Row) -> str:
        return html.linked(
            place.link("item", item=row["item_id"], dept=dept_id),
            cockpit.names.item(place.hospital_id, row["item_id"]),
            row["item_id"],
        )

    st.html(html.section(texts("items"), texts("items_lead")))
    st.html(
        html.table(
            [
                Column(texts("item"), item),
                Column(texts("quantity"), lambda row: number(row["quantity"]), is_number=True, is_extra=True),
                yuan_column(texts("last_month"), "earlier_cost_yuan", is_extra=True),
                yuan_column(texts("this_month"), "cost_yuan"),
                change_column(texts("change"), "change_yuan"),
            ],
            rows,
        )
    )


render()
