"""Overview of a hospital, or of all hospitals of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.place import REGION
from cockpit.queries import overview as queries
from cockpit.session import opened
from cockpit.ui import html
from cockpit.ui.columns import bar_column, change_column, department_cell, largest, yuan_column
from cockpit.ui.figures import change, number, percent
from cockpit.ui.html import Column, Tile
from cockpit.ui.parts import quiet
from cockpit.view import Cockpit


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    if cockpit.place.hospital_id == REGION:
        _region(cockpit)
        return
    _head(cockpit, cockpit.names.hospital(cockpit.place.hospital_id))
    if cockpit.sees_hospital:
        _tiles(cockpit)
    _departments(cockpit)


def _head(cockpit: Cockpit, name: str) -> None:
    texts, content = cockpit.texts, cockpit.record.content
    note = texts("release_line", release=cockpit.record.release_id, published=content["published_at"][:16].replace("T", " "))
    simulation = " " + html.pill(texts("simulation"), "wait") if content["is_simulation"] else ""
    st.html(html.title(f"{name} · {cockpit.place.month:%Y-%m}", html.text(note) + simulation))


def _tiles(cockpit: Cockpit) -> None:
    texts, place = cockpit.texts, cockpit.place
    total = cockpit.row(queries.TOTALS) or {}

    def against(now: str, before: str, digits: int = 0) -> str:
        moved = change(total[now], total[before])
        return texts("no_last_month") if moved is None else f"{html.delta(moved, digits)} {texts('against_last_month')}"

    history = html.spark([row["bonus_yuan"] for row in cockpit.rows(queries.HISTORY)])
    margin = change(total["standard_yuan"], total["billed_yuan"])
    answered = f"{total['passed_count']} / {total['gate_count']}"
    gates = texts("gates_note", failed=total["failed_count"], waived=total["waived_count"])
    st.html(
        html.tiles(
            [
                Tile(texts("bonus"), _yuan(cockpit, total["bonus_yuan"]) + history, against("bonus_yuan", "earlier_bonus_yuan")),
                Tile(texts("hospital_cost"), _yuan(cockpit, total["cost_yuan"]), against("cost_yuan", "earlier_cost_yuan")),
                Tile(
                    texts("standard_total"),
                    _yuan(cockpit, total["standard_yuan"]),
                    f"{texts('against_billed')} {html.delta(margin, 0)}",
                    place.link("overruns", basis="billed"),
                ),
                Tile(
                    texts("cases"),
                    number(total["case_count"], 0),
                    f"CMI {number(total['case_mix_index'], 4)} · {texts('group_rate')} {percent(total['group_rate'])}",
                ),
                Tile(texts("gates_passed"), answered, gates, place.link("gates")),
            ]
        )
    )


def _yuan(cockpit: Cockpit, value: Any) -> str:
    return f"{number(value, 0)}<small>{cockpit.texts('yuan')}</small>"


def _departments(cockpit: Cockpit) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.DEPARTMENTS)
    st.html(html.section(texts("department_changes"), texts("department_changes_lead")))
    if not any(row["earlier_bonus_yuan"] is not None for row in rows):
        quiet(texts("no_last_month_published"))
        rows = sorted(rows, key=lambda row: -(row["bonus_yuan"] or 0))
    elif rows[0]["change_yuan"] < 0:
        st.html(html.callout(_largest_fall(cockpit, rows[0])))
    st.html(
        html.table(
            [
                Column(texts("department"), department_cell(cockpit)),
                yuan_column(texts("last_month"), "earlier_bonus_yuan", is_extra=True),
                yuan_column(texts("this_month"), "bonus_yuan"),
                change_column(texts("change"), "change_yuan"),
                bar_column("change_yuan", largest(rows, "change_yuan")),
                Column(texts("main_reason"), lambda row: _reason(cockpit, row), is_extra=True),
            ],
            rows,
        )
    )


def _largest_fall(cockpit: Cockpit, row: Mapping[str, Any]) -> str:
    name = cockpit.names.department(cockpit.place.hospital_id, row["dept_id"])
    department = html.link(cockpit.place.link("department", dept=row["dept_id"]), name)
    return cockpit.texts(
        "largest_fall",
        department=department,
        amount=f"<b>{html.delta(row['change_yuan'])}</b>",
        reason=html.link(
            cockpit.place.link("component", dept=row["dept_id"], component=row["component"]),
            cockpit.texts.code("component", row["component"]),
        ),
        part=f"<b>{html.delta(row['component_change_yuan'])}</b>",
    )


def _reason(cockpit: Cockpit, row: Mapping[str, Any]) -> str:
    if not row["change_yuan"] or row["component"] is None:
        return html.text("")
    label = cockpit.texts.code("component", row["component"])
    address = cockpit.place.link("component", dept=row["dept_id"], component=row["component"])
    return f"{html.link(address, label)} <small>{html.delta(row['component_change_yuan'])}</small>"


def _region(cockpit: Cockpit) -> None:
    texts, place = cockpit.texts, cockpit.place
    _head(cockpit, texts("region"))
    rows = cockpit.rows(queries.REGION)

    def hospital(row: Mapping[str, Any]) -> str:
        return html.linked(
            place.link("overview", hospital=row["hospital_id"]), cockpit.names.hospital(row["hospital_id"]), row["hospital_id"]
        )

    def gates(row: Mapping[str, Any]) -> str:
        return html.link(place.link("gates", hospital=row["hospital_id"]), f"{row['failed_count']} / {row['gate_count']}")

    st.html(
        html.table(
            [
                Column(texts("hospital"), hospital),
                yuan_column(texts("bonus"), "bonus_yuan"),
                change_column(texts("change"), "change_yuan"),
                yuan_column(texts("hospital_cost"), "cost_yuan", is_extra=True),
                yuan_column(texts("standard_total"), "standard_yuan", is_extra=True),
                change_column(texts("against_billed"), "margin_yuan", is_extra=True),
                Column(texts("cases"), lambda row: number(row["case_count"], 0), is_number=True),
                Column("CMI", lambda row: number(row["case_mix_index"], 4), is_number=True, is_extra=True),
                Column(texts("gates_failed"), gates, is_number=True, is_extra=True),
            ],
            rows,
        )
    )


render()
