"""Answers of `casemix what-if`: what another policy would have paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.answers import Answer, read_answers
from cockpit.session import opened
from cockpit.ui import charts, html
from cockpit.ui.columns import bar_column, change_column, department_cell, largest, yuan_column
from cockpit.ui.figures import number
from cockpit.ui.html import Column, Tile
from cockpit.ui.parts import needs_hospital, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]
DIFFERENCE = "standard_difference_yuan"
MOST = 30


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts, place = cockpit.texts, cockpit.place
    way(cockpit, (texts("page.what_if"), None))
    needs_hospital(cockpit)
    st.html(html.title(texts("page.what_if"), texts("what_if_lead")))
    answers = [answer for answer in read_answers(cockpit.home) if answer.concerns(place.hospital_id)]
    if not answers:
        quiet(texts("no_what_if"))
        st.code("casemix what-if --policy DIR --from 2025-01 --to 2025-03", language=None)
        return
    chosen = next((answer for answer in answers if answer.name == place.get("answer")), answers[0])
    _choices(cockpit, answers, chosen)
    _totals(cockpit, chosen)
    _causes(cockpit, chosen)
    _departments(cockpit, chosen)
    if not cockpit.visitor.reads_aggregates:
        _cases(cockpit, chosen)


def _choices(cockpit: Cockpit, answers: list[Answer], chosen: Answer) -> None:
    if len(answers) == 1:
        return
    names = [
        f"<b>{html.text(answer.summary['policy'])}</b>"
        if answer is chosen
        else html.link(cockpit.place.link("what_if", answer=answer.name), answer.summary["policy"])
        for answer in answers
    ]
    st.html(
        '<p class="quiet facts">'
        + " · ".join(f"{name} <small>{html.text(a.summary['at'][:16])}</small>" for name, a in zip(names, answers, strict=True))
        + "</p>"
    )


def _totals(cockpit: Cockpit, answer: Answer) -> None:
    texts, totals, summary = cockpit.texts, answer.totals(), answer.summary
    st.html(
        html.tiles(
            [
                Tile(
                    texts("what_if_policy"),
                    html.text(summary["policy"]),
                    html.text(f"{summary['release_id']} · {summary['at'][:10]}"),
                ),
                Tile(texts("standard_before"), number(totals["old_standard_total_yuan"])),
                Tile(texts("standard_after"), number(totals["new_standard_total_yuan"]), html.delta(totals[DIFFERENCE])),
                Tile(texts("fund_after"), number(totals["new_fund_pay_yuan"]), html.delta(totals["fund_difference_yuan"])),
                Tile(texts("cases_changed"), f"{summary['changed_case_count']} / {summary['case_count']}"),
            ]
        )
    )


def _causes(cockpit: Cockpit, answer: Answer) -> None:
    texts = cockpit.texts
    rows = [row for row in answer.causes(cockpit.place.hospital_id) if row[DIFFERENCE]]
    if not rows:
        return

    def name(row: Row) -> str:
        return f"{row['cause_zh'] if cockpit.place.language == 'zh' else row['cause']} {row['month']}"

    st.html(html.section(texts("by_cause")))
    whole = sum(row[DIFFERENCE] for row in rows)
    steps = [(name(row), row[DIFFERENCE]) for row in rows]
    charts.show(charts.waterfall(steps, start=None, end=(texts("difference"), whole)), "causes", texts("by_cause"))


def _departments(cockpit: Cockpit, answer: Answer) -> None:
    texts = cockpit.texts
    rows = sorted(
        (row for row in answer.rows("departments", cockpit.place.hospital_id) if row[DIFFERENCE]), key=lambda row: row[DIFFERENCE]
    )
    if not rows:
        return
    st.html(html.section(texts("by_department")))
    st.html(
        html.table(
            [
                Column(texts("department"), department_cell(cockpit)),
                Column(texts("month"), lambda row: html.text(str(row["month"])[:7]), is_extra=True),
                yuan_column(texts("standard_before"), "old_standard_total_yuan", is_extra=True),
                yuan_column(texts("standard_after"), "new_standard_total_yuan"),
                change_column(texts("difference"), DIFFERENCE),
                bar_column(DIFFERENCE, largest(rows, DIFFERENCE)),
            ],
            rows,
        )
    )


def _cases(cockpit: Cockpit, answer: Answer) -> None:
    texts = cockpit.texts
    moved = [row for row in answer.rows("cases", cockpit.place.hospital_id) if row[DIFFERENCE]]
    rows = sorted(moved, key=lambda row: (-abs(row[DIFFERENCE]), row["stay_id"]))[:MOST]

    def stay(row: Row) -> str:
        return html.link(cockpit.place.link("case", stay=row["stay_id"], month=str(row["month"])[:7]), row["stay_id"])

    with st.expander(texts("cases_moved", count=len(rows))):
        st.html(
            html.table(
                [
                    Column(texts("stay"), stay),
                    yuan_column(texts("standard_before"), "old_standard_total_yuan", is_extra=True),
                    yuan_column(texts("standard_after"), "new_standard_total_yuan"),
                    change_column(texts("difference"), DIFFERENCE),
                ],
                rows,
            )
        )


render()
