"""The source rows behind a figure: file, row and what each contributed, adding up to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

import streamlit as st

from cockpit.session import opened
from cockpit.sources import Traced, trace_sources
from cockpit.ui import html
from cockpit.ui.figures import number, plain
from cockpit.ui.html import Column, Tile
from cockpit.ui.parts import department_step, needs_hospital, way
from cockpit.view import Cockpit
from orchestration.lineage.formats import leaf_row, line_rows
from orchestration.lineage.trace import Line
from orchestration.lineage.words import component_zh, mart_zh

MOST = 20
OPEN_LINES = 2


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts, place = cockpit.texts, cockpit.place
    dept_id = place.get("dept")
    if place.is_region:
        needs_hospital(cockpit)
    way(cockpit, *([department_step(cockpit, dept_id)] if dept_id else []), (texts("page.source"), None))
    with st.spinner(texts("walking")):
        traced = trace_sources(cockpit, place.parameters, MOST)
    trace = traced.trace
    name = mart_zh(trace.subject.mart) if place.language == "zh" else trace.subject.declaration.relation
    subject = _subject(cockpit, traced)
    st.html(html.title(f"{name} · {subject}", texts("source_lead", most=MOST)))
    gap = abs(trace.difference) + sum(abs(value) for value in trace.leaf_differences.values())
    closed = html.pill(texts("closes"), "good") if not gap else html.pill(texts("open"), "bad")
    st.html(
        html.tiles(
            [
                Tile(
                    texts("figure"),
                    f"{number(sum((line.amount for line in trace.lines), Decimal(0)))}<small>{texts('yuan')}</small>",
                ),
                Tile(texts("source_rows"), number(sum(trace.leaf_counts.values()), 0)),
                Tile(texts("difference"), number(gap), closed),
            ]
        )
    )
    for place_in_list, (line_number, leaves) in enumerate(groupby(traced.leaves, key=lambda leaf: leaf.line)):
        _line(
            cockpit, traced, trace.lines[line_number - 1], [leaf_row(leaf) for leaf in leaves], is_open=place_in_list < OPEN_LINES
        )
    _without_rows(cockpit, traced)


def _subject(cockpit: Cockpit, traced: Traced) -> str:
    """What is traced, by the names people know."""
    subject = traced.trace.subject
    named = [
        cockpit.names.department(cockpit.place.hospital_id, code) if key == "dept_id" else code
        for key, code in subject.key.items()
    ]
    return " · ".join([*named, *([cockpit.texts.code("component", subject.component)] if subject.component else [])])


def _name(cockpit: Cockpit, component: str) -> str:
    return component_zh(component) if cockpit.place.language == "zh" else cockpit.texts.code("component", component)


def _line(cockpit: Cockpit, traced: Traced, line: Line, rows: list[dict[str, Any]], *, is_open: bool) -> None:
    texts = cockpit.texts
    count = traced.trace.leaf_counts[line.number]
    heading = texts("line_heading", name=_name(cockpit, line.component), amount=number(line.amount), count=number(count, 0))
    with st.expander(heading, expanded=is_open):
        st.html(
            html.table(
                [
                    Column(texts("source_row"), _address),
                    Column(
                        texts("content"),
                        lambda row: f'{html.text(row["key"])}<div class="facts-line">{html.text(row["facts"])}</div>',
                        is_extra=True,
                    ),
                    Column(texts("counted"), lambda row: html.text(row["counted"]), is_number=True, is_extra=True),
                    Column(texts("rate"), lambda row: _rate(row["rate"]), is_number=True, is_extra=True),
                    Column(texts("contribution"), lambda row: number(Decimal(row["contribution_yuan"]), 6), is_number=True),
                ],
                rows,
            )
        )


def _address(row: Mapping[str, Any]) -> str:
    where = f"{row['source_file']} · {row['file_row']}" if row["source_file"] else "policy"
    return (
        f'{html.text(row["table_zh"])} <small>{html.text(row["month"])}</small><div class="facts-line">{html.text(where)}</div>'
    )


def _rate(rate: str | None) -> str:
    return plain(None if rate is None else Decimal(rate), 6)


def _without_rows(cockpit: Cockpit, traced: Traced) -> None:
    rows = [row for row in line_rows(traced.trace, with_leaves=True) if not row["leaves"]]
    if not rows:
        return
    texts = cockpit.texts
    st.html(html.section(texts("lines_without_rows")))
    st.html(
        html.table(
            [
                Column(texts("component"), lambda row: html.text(_name(cockpit, row["component"]))),
                Column(texts("evidence"), lambda row: html.text(row["evidence"]), is_extra=True),
                Column(texts("amount"), lambda row: number(Decimal(row["amount_yuan"]), 6), is_number=True),
            ],
            rows,
        )
    )


render()
