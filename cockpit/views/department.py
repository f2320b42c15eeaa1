"""One department: why its bonus is what it is, and why it is not what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from cockpit.queries import department as queries
from cockpit.session import opened
from cockpit.ui import charts, html
from cockpit.ui.columns import bar_column, compared, largest, yuan_column
from cockpit.ui.figures import number, plain
from cockpit.ui.html import Column, Tile
from cockpit.ui.parts import department_step, needs_department, quiet, way
from cockpit.view import Cockpit

FEN = Decimal("0.01")
CHANGE, MONTH = "change", "month"
SHOWN_AMOUNTS = ("amount_yuan", "earlier_amount_yuan")


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    dept_id = needs_department(cockpit)
    way(cockpit, department_step(cockpit, dept_id, is_last=True))
    heads = cockpit.rows(queries.HEAD, dept_id=dept_id)
    now = next((row for row in heads if row["month"] == cockpit.place.month), None)
    before = next((row for row in heads if row["month"] == cockpit.place.previous), None)
    name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
    st.html(html.title(f"{name} · {cockpit.texts('page.department')}", f"{html.text(dept_id)} · {cockpit.place.month:%Y-%m}"))
    if now is None:
        quiet(cockpit.texts("no_bonus"))
        return
    _tiles(cockpit, now, before)
    _waterfall(cockpit, dept_id, now, before)
    _ways_on(cockpit, dept_id)
    _persons(cockpit, dept_id)


def _tiles(cockpit: Cockpit, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    texts = cockpit.texts

    def moved(name: str, digits: int = 2) -> str:
        if before is None or now[name] is None or before[name] is None:
            return ""
        return f"{html.delta(now[name] - before[name], digits)} {texts('against_last_month')}"

    history = html.spark([row["bonus_yuan"] for row in cockpit.rows(queries.HISTORY, dept_id=now["dept_id"])])
    st.html(
        html.tiles(
            [
                Tile(texts("bonus"), f"{number(now['bonus_yuan'])}<small>{texts('yuan')}</small>{history}", moved("bonus_yuan")),
                Tile(texts("inpatient"), number(now["inpatient_yuan"]), moved("inpatient_yuan")),
                Tile(texts("outpatient"), number(now["outpatient_yuan"]), moved("outpatient_yuan")),
                Tile(texts("composite_score"), plain(now["composite_score"]), moved("composite_score")),
                Tile(texts("carried_balance"), number(now["carried_balance_yuan"]), texts("carried_note")),
            ]
        )
    )


def _waterfall(cockpit: Cockpit, dept_id: str, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    texts = cockpit.texts
    lines = [
        line
        for line in cockpit.rows(queries.COMPONENTS, dept_id=dept_id)
        if any(abs(line[name]) >= FEN for name in SHOWN_AMOUNTS)
    ]
    view = CHANGE if before is not None and cockpit.place.get("view", CHANGE) == CHANGE else MONTH
    measure = "change_yuan" if view == CHANGE else "amount_yuan"
    st.html(
        html.section(
            texts(f"waterfall_{view}"), texts("waterfall_lead") + _switch(cockpit, dept_id, view, has_before=before is not None)
        )
    )
    steps = [(texts.code("component", line["component"]), line[measure]) for line in lines if abs(line[measure]) >= FEN]
    start = (texts("last_month"), before["bonus_yuan"]) if view == CHANGE and before is not None else None
    charts.show(charts.waterfall(steps, start=start, end=(texts("this_month"), now["bonus_yuan"])), "waterfall", _spoken(steps))
    shown = sorted(lines, key=lambda line: (line["change_yuan"], line["sequence"])) if view == CHANGE else lines

    def component(line: Mapping[str, Any]) -> str:
        return html.link(
            cockpit.place.link("component", dept=dept_id, component=line["component"]), texts.code("component", line["component"])
        )

    st.html(
        html.table(
            [Column(texts("component"), component), *compared(cockpit), bar_column("change_yuan", largest(shown, "change_yuan"))],
            shown,
            total=[
                texts("bonus"),
                number(before["bonus_yuan"] if before else None),
                number(now["bonus_yuan"]),
                html.delta(now["bonus_yuan"] - before["bonus_yuan"]) if before else "",
                "",
            ],
        )
    )


def _switch(cockpit: Cockpit, dept_id: str, view: str, *, has_before: bool) -> str:
    if not has_before:
        return ""
    other = MONTH if view == CHANGE else CHANGE
    return " " + html.link(cockpit.place.link("department", dept=dept_id, view=other), cockpit.texts(f"show_{other}"))


def _spoken(steps: Sequence[tuple[str, Decimal]]) -> str:
    return "; ".join(f"{name} {number(amount)}" for name, amount in steps)


def _ways_on(cockpit: Cockpit, dept_id: str) -> None:
    texts, place = cockpit.texts, cockpit.place
    pages = [
        (place.link("cases", dept=dept_id), "page.cases"),
        (place.link("pool", dept=dept_id), "page.pool"),
        (place.link("indicators", level="department", subject=dept_id), "page.indicators"),
        (place.link("overruns", dept=dept_id), "page.overruns"),
        (place.link("source", dept=dept_id), "page.source"),
    ]
    st.html('<p class="quiet facts">' + " · ".join(html.link(address, texts(key)) for address, key in pages) + "</p>")


def _persons(cockpit: Cockpit, dept_id: str) -> None:
    texts, place = cockpit.texts, cockpit.place
    rows = cockpit.rows(queries.PERSONS, dept_id=dept_id)
    if not rows:
        return
    with st.expander(texts("persons", count=len(rows))):
        st.html(
            html.table(
                [
                    Column(
                        texts("staff"),
                        lambda row: html.link(place.link("source", staff=row["staff_id"], dept=dept_id), row["staff_id"]),
                    ),
                    Column(texts("sub_pool"), lambda row: html.text(texts.code("sub_pool", row["sub_pool"])), is_extra=True),
                    yuan_column(texts("share"), "share_yuan", is_extra=True),
                    yuan_column(texts("adjustment"), "adjustment_yuan", is_extra=True),
                    yuan_column(texts("bonus"), "bonus_yuan"),
                ],
                rows,
            )
        )


render()
