"""Quality gates of the month, and the record of the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import gates as queries
from cockpit.session import opened
from cockpit.texts import CHINESE
from cockpit.ui import html
from cockpit.ui.columns import yuan_column
from cockpit.ui.figures import number, plain
from cockpit.ui.html import Column, Tile
from cockpit.ui.parts import needs_hospital, way
from cockpit.view import Cockpit
from orchestration.contract import load_contract
from orchestration.gates.index import load_index
from orchestration.gates.messages import reason_zh

Row = Mapping[str, Any]
KINDS = {"passed": "good", "failed": "bad", "waived": "wait", "too_early": "wait", "not_applicable": "off"}


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts = cockpit.texts
    way(cockpit, (texts("page.gates"), None))
    needs_hospital(cockpit)
    st.html(html.title(f"{cockpit.names.hospital(cockpit.place.hospital_id)} · {texts('page.gates')}", texts("gates_lead")))
    rows = cockpit.rows(queries.GATES)
    _tiles(cockpit, rows)
    _gates(cockpit, [row for row in rows if row["status"] != "passed"], texts("gates_to_see"))
    with st.expander(texts("gates_passed_count", count=sum(1 for row in rows if row["status"] == "passed"))):
        _gates(cockpit, [row for row in rows if row["status"] == "passed"], "")
    _coverage(cockpit)
    _release(cockpit)


def _tiles(cockpit: Cockpit, rows: list[dict[str, Any]]) -> None:
    texts, counted = cockpit.texts, Counter(row["status"] for row in rows)
    shown = [
        Tile(texts.code("status", status), str(counted[status]))
        for status in KINDS
        if counted[status] or status in ("passed", "failed")
    ]
    if cockpit.has("audit.fct_reconciliation"):
        identities = cockpit.row(queries.IDENTITIES) or {}
        state = html.pill(texts("all_closed"), "good") if not identities["open_count"] else html.pill(texts("open"), "bad")
        shown.append(Tile(texts("identities"), number(identities["identity_count"], 0), state))
    st.html(html.tiles(shown))


def _gates(cockpit: Cockpit, rows: list[dict[str, Any]], heading: str) -> None:
    texts, index = cockpit.texts, load_index()

    is_chinese = cockpit.place.language == CHINESE

    def gate(row: Row) -> str:
        known = index.get(row["gate_id"])
        said = (known.zh if is_chinese else known.en) if known else ""
        why = reason_zh(row["reason"]) if row["reason"] and is_chinese else row["reason"]
        reason = f'<div class="facts-line">{html.text(why)}</div>' if why else ""
        return f"<b>{html.text(row['gate_id'])}</b> {html.text(said)}{reason}"

    if heading:
        st.html(html.section(heading))
    st.html(
        html.table(
            [
                Column(texts("gate"), gate),
                Column(texts("state"), lambda row: html.pill(texts.code("status", row["status"]), KINDS[row["status"]])),
                Column(texts("severity"), lambda row: html.text(texts.code("severity", row["severity"])), is_extra=True),
                Column(texts("checked"), lambda row: number(row["checked_rows"], 0), is_number=True, is_extra=True),
                Column(texts("failing"), lambda row: number(row["failing_rows"], 0), is_number=True),
                Column(texts("figure"), lambda row: plain(row["figure"]), is_number=True, is_extra=True),
                Column(texts("threshold"), lambda row: plain(row["threshold"]), is_number=True, is_extra=True),
                yuan_column(texts("amount"), "amount_yuan", is_extra=True),
            ],
            rows,
        )
    )


def _coverage(cockpit: Cockpit) -> None:
    if not cockpit.has("audit.fct_source_coverage"):
        return
    texts, contract = cockpit.texts, load_contract()

    def table(row: Row) -> str:
        name = row["table_name"]
        return html.named(contract[name].zh if cockpit.place.language == "zh" and name in contract else name, name)

    with st.expander(texts("coverage")):
        st.html(
            html.table(
                [
                    Column(texts("source_table"), table),
                    Column(texts("received"), lambda row: number(row["received_count"], 0), is_number=True),
                    Column(texts("used"), lambda row: number(row["used_count"], 0), is_number=True),
                    Column(texts("excluded"), lambda row: number(row["excluded_count"], 0), is_number=True),
                    yuan_column(texts("amount"), "received_yuan", is_extra=True),
                ],
                cockpit.rows(queries.COVERAGE),
            )
        )


def _release(cockpit: Cockpit) -> None:
    texts, record = cockpit.texts, cockpit.record
    content = record.content
    code = content["code"]
    st.html(html.section(texts("release_record"), texts("release_record_lead")))
    st.html(
        html.facts(
            [
                (texts("release"), html.text(record.release_id)),
                (texts("published_at"), html.text(f"{content['published_at']} · {content['published_by']}")),
                (texts("record_hash"), html.text(record.sha256)),
                (texts("previous_hash"), html.text(content["previous_record_sha256"])),
                (texts("commit"), html.text(code["git_commit"])),
                (texts("engine"), html.text(", ".join(f"{name} {version}" for name, version in content["engine"].items()))),
            ]
        )
    )
    with st.expander(texts("releases")):
        st.html(
            html.table(
                [
                    Column(texts("release"), lambda row: html.text(row["release_id"])),
                    Column(texts("hospital"), lambda row: html.text(cockpit.names.hospital(row["hospital_id"]))),
                    Column(texts("month"), lambda row: f"{row['month']:%Y-%m}"),
                    Column(texts("published_at"), lambda row: f"{row['published_at']:%Y-%m-%d %H:%M}", is_extra=True),
                    Column(texts("published_by"), lambda row: html.text(row["published_by"]), is_extra=True),
                ],
                cockpit.rows(queries.RELEASES),
            )
        )


render()
