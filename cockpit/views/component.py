"""One component of a department's bonus: the cases, pools, points or scores that move it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cockpit.queries import component as queries
from cockpit.session import opened
from cockpit.ui import html
from cockpit.ui.columns import bar_column, change_column, compared, largest, yuan_column
from cockpit.ui.figures import change, number, percent, plain
from cockpit.ui.html import Column, Tile
from cockpit.ui.parts import department_step, needs_department, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    dept_id = needs_department(cockpit)
    component = cockpit.place.get("component")
    name = cockpit.texts.code("component", component)
    way(cockpit, department_step(cockpit, dept_id), (name, None))
    department = cockpit.names.department(cockpit.place.hospital_id, dept_id)
    st.html(html.title(f"{department} · {name}", html.text(cockpit.texts.code("explains", component))))
    total = cockpit.row(queries.TOTAL, dept_id=dept_id, component=component)
    if total is None:
        quiet(cockpit.texts("no_lines"))
        return
    _tiles(cockpit, total, dept_id, component)
    drawn = DRIVERS.get(component)
    if drawn:
        drawn(cockpit, dept_id, component)
    _lines(cockpit, dept_id, component)


def _tiles(cockpit: Cockpit, total: Row, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    now, before = total["amount_yuan"], total["earlier_amount_yuan"]
    source = cockpit.place.link("source", dept=dept_id, component=component)
    st.html(
        html.tiles(
            [
                Tile(texts("this_month"), number(now)),
                Tile(texts("last_month"), number(before)),
                Tile(texts("change"), html.delta(now - before)),
                Tile(texts("page.source"), "→", texts("source_note"), source),
            ]
        )
    )


def _groups(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.GROUPS, dept_id=dept_id, component=component)
    is_income = component == "INPATIENT_INCOME"
    now = "simulated_yuan" if is_income else "deduction_yuan"
    moved = "simulated_change_yuan" if is_income else "deduction_change_yuan"
    st.html(html.section(texts("driving_groups"), texts("driving_income" if is_income else "driving_deduction")))

    def group(row: Row) -> str:
        address = cockpit.place.link("cases", dept=dept_id, group=row["deduction_key"])
        return html.linked(address, row["group_name"] or row["deduction_key"], row["deduction_key"])

    def counts(row: Row) -> str:
        return f"{plain(row['earlier_case_count'], 2)} → {plain(row['case_count'], 2)}"

    st.html(
        html.table(
            [
                Column(texts("group"), group),
                Column(texts("cases_before_now"), counts, is_number=True, is_extra=True),
                *compared(cockpit, now, f"earlier_{now}", moved),
                bar_column(moved, largest(rows, moved)),
            ],
            rows,
        )
    )


def _points(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    price = cockpit.row(queries.POINT_PRICE, dept_id=dept_id) or {}
    st.html(html.section(texts("driving_points"), texts("driving_points_lead")))
    st.html(
        html.tiles(
            [
                Tile(texts("points"), number(price["points"]), html.delta(change(price["points"], price["earlier_points"]))),
                Tile(
                    texts("point_price"),
                    number(price["point_price"], 4),
                    html.delta(change(price["point_price"], price["earlier_point_price"]), 4),
                ),
            ]
        )
    )
    rows = cockpit.rows(queries.POINTS, dept_id=dept_id)
    st.html(
        html.table(
            [
                Column(texts("point_kind"), lambda row: html.text(texts.code("point_kind", row["point_kind"]))),
                Column(texts("staff"), lambda row: html.text(row["staff_id"])),
                *compared(cockpit, "points", "earlier_points", "change_points"),
                bar_column("change_points", largest(rows, "change_points")),
            ],
            rows[:40],
        )
    )


def _costs(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.COSTS, dept_id=dept_id)
    st.html(html.section(texts("driving_costs"), texts("driving_costs_lead")))

    def category(row: Row) -> str:
        address = cockpit.place.link("pool", dept=dept_id, setting="outpatient")
        return html.linked(address, texts.code("cost_category", row["cost_category"]), row["cost_category"])

    st.html(
        html.table(
            [
                Column(texts("cost_category"), category),
                *compared(cockpit),
                bar_column("change_yuan", largest(rows, "change_yuan")),
            ],
            rows,
        )
    )


def _scores(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.SCORES, dept_id=dept_id)
    st.html(html.section(texts("driving_scores"), texts("driving_scores_lead")))
    st.html(
        html.table(
            [
                Column(texts("dimension"), lambda row: html.text(texts.code("dimension", row["dimension_code"]))),
                Column(texts("weight"), lambda row: percent(row["weight"], 0), is_number=True),
                yuan_column(texts("last_month"), "earlier_score", is_extra=True),
                yuan_column(texts("this_month"), "score"),
                change_column(texts("change"), "change_points"),
                bar_column("change_points", largest(rows, "change_points")),
            ],
            rows,
        )
    )


def _true_ups(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    st.html(html.section(texts("driving_true_up"), texts("driving_true_up_lead")))
    st.html(
        html.table(
            [
                Column(texts("month"), lambda row: f"{row['month']:%Y-%m}"),
                yuan_column(texts("actual"), "actual_yuan"),
                yuan_column(texts("simulated"), "simulated_yuan"),
                change_column(texts("true_up"), "true_up_yuan"),
                Column(texts("compared_cases"), lambda row: number(row["compared_case_count"], 0), is_number=True, is_extra=True),
                Column(texts("awaited_cases"), lambda row: number(row["awaited_case_count"], 0), is_number=True, is_extra=True),
            ],
            cockpit.rows(queries.TRUE_UPS, dept_id=dept_id),
        )
    )


def _card(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts, language = cockpit.texts, cockpit.place.language
    st.html(html.section(texts("driving_card")))
    st.html(
        html.table(
            [
                Column(texts("indicator"), lambda row: html.text(cockpit.names.indicator(row["indicator_code"], language))),
                Column(texts("value"), lambda row: plain(row["value"]), is_number=True),
                Column(texts("target"), lambda row: plain(row["target"]), is_number=True),
                Column(texts("score"), lambda row: plain(row["score"], 2), is_number=True),
                yuan_column(texts("award"), "award_yuan", is_extra=True),
            ],
            cockpit.rows(queries.CARD, dept_id=dept_id),
        )
    )


def _lines(cockpit: Cockpit, dept_id: str, component: str) -> None:
    texts = cockpit.texts
    lines = cockpit.rows(queries.LINES, dept_id=dept_id, component=component)
    with st.expander(texts("journal_lines", count=len(lines))):
        st.html(
            html.table(
                [
                    Column(
                        texts("evidence"),
                        lambda row: f"{html.text(row['parent_key'])} <small>{html.text(row['parent_relation'])}</small>",
                    ),
                    *compared(cockpit),
                ],
                lines,
            )
        )


DRIVERS: dict[str, Callable[[Cockpit, str, str], None]] = {
    "INPATIENT_INCOME": _groups,
    "INPATIENT_DEDUCTION": _groups,
    "POINTS": _points,
    "OUTPATIENT_DEDUCTION": _costs,
    "ADJ_SCORE": _scores,
    "TRUE_UP": _true_ups,
    "ADJ_CARD": _card,
    "ADJ_CAP": _card,
    "ADJ_VETO": _card,
}

render()
