"""One item: what it costs, by department and method, and which groups use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import item as queries
from cockpit.session import opened
from cockpit.ui import charts, html
from cockpit.ui.columns import department_cell, yuan_column
from cockpit.ui.figures import number
from cockpit.ui.html import Column
from cockpit.ui.parts import department_step, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts, place = cockpit.texts, cockpit.place
    item_id, dept_id = place.get("item"), place.get("dept")
    name = cockpit.names.item(place.hospital_id, item_id)
    steps = [department_step(cockpit, dept_id), (texts("page.pool"), place.link("pool", dept=dept_id))] if dept_id else []
    way(cockpit, *steps, (name, None))
    about = (cockpit.row(queries.ABOUT, item_id=item_id) if cockpit.has("costed.dim_item") else None) or {}
    kinds = [texts.code("item_kind", about["item_kind"]), str(about["fee_class"])] if about else []
    st.html(html.title(f"{name} · {item_id}", html.text(" · ".join(kinds))))
    rows = cockpit.rows(queries.COSTS, item_id=item_id)
    if not rows:
        quiet(texts("no_item_cost"))
    else:
        _costs(cockpit, rows)
    _history(cockpit, item_id)
    _used_by(cockpit, item_id)


def _costs(cockpit: Cockpit, rows: list[dict[str, Any]]) -> None:
    texts = cockpit.texts

    def method(row: Row) -> str:
        return html.text(texts.code("method", row["method"])) + (
            f" <small>{texts('informative')}</small>" if row["is_informative"] else ""
        )

    st.html(html.section(texts("item_cost")))
    st.html(
        html.table(
            [
                Column(texts("department"), department_cell(cockpit, "pool")),
                Column(texts("method"), method),
                Column(texts("quantity"), lambda row: number(row["quantity"]), is_number=True, is_extra=True),
                yuan_column(texts("cost"), "cost_yuan"),
                yuan_column(texts("unit_cost"), "unit_cost_yuan", digits=4),
            ],
            rows,
        )
    )


def _history(cockpit: Cockpit, item_id: str) -> None:
    if not cockpit.sees_hospital:
        return
    rows = cockpit.rows(queries.HISTORY, item_id=item_id)
    if len(rows) > 1:
        texts = cockpit.texts
        st.html(html.section(texts("cost_by_month")))
        charts.show(
            charts.months([f"{r['month']:%Y-%m}" for r in rows], [r["cost_yuan"] for r in rows]),
            "history",
            texts("cost_by_month"),
        )


def _used_by(cockpit: Cockpit, item_id: str) -> None:
    texts, place = cockpit.texts, cockpit.place
    rows = cockpit.rows(queries.USED_BY, item_id=item_id)
    if not rows:
        return

    def group(row: Row) -> str:
        return html.link(
            place.link("cases", dept=row["dept_id"], group=row["group_code"]), row["group_code"] or texts("no_group")
        )

    st.html(html.section(texts("used_by")))
    st.html(
        html.table(
            [
                Column(texts("department"), department_cell(cockpit)),
                Column(texts("group"), group),
                Column(texts("quantity"), lambda row: number(row["quantity"]), is_number=True, is_extra=True),
                yuan_column(texts("billed"), "fee_yuan", is_extra=True),
                yuan_column(texts("cost"), "cost_yuan"),
            ],
            rows,
        )
    )


render()
