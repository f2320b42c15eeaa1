"""Yearly review of points, prices and the recognition ratio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit.queries import review as queries
from cockpit.session import opened
from cockpit.ui import html
from cockpit.ui.columns import yuan_column
from cockpit.ui.figures import number, percent, plain
from cockpit.ui.html import Column
from cockpit.ui.parts import needs, needs_hospital, quiet, way
from cockpit.view import Cockpit

Row = Mapping[str, Any]


def render() -> None:
    """Draw the page."""
    cockpit = opened()
    texts = cockpit.texts
    needs_hospital(cockpit)
    needs(cockpit, "scored.fct_point_review", "scored.fct_recognition_review")
    way(cockpit, (texts("page.review"), None))
    name = cockpit.names.hospital(cockpit.place.hospital_id)
    st.html(html.title(f"{name} · {texts('page.review')}", texts("review_lead")))
    beside, other = st.columns(2)
    with beside:
        _recognition(cockpit)
    with other:
        _prices(cockpit)
    _deviating(cockpit)
    _without_points(cockpit)


def _recognition(cockpit: Cockpit) -> None:
    texts = cockpit.texts
    st.html(html.section(texts("recognition_review"), texts("recognition_review_lead")))
    for row in cockpit.rows(queries.RECOGNITION):
        if row["realisation_ratio"] is None:
            quiet(texts("no_statements"))
        st.html(
            html.facts(
                [
                    (texts("compared_cases"), number(row["compared_case_count"], 0)),
                    (texts("year_simulated"), number(row["year_simulated_yuan"])),
                    (texts("year_actual"), number(row["year_actual_yuan"])),
                    (texts("realisation_ratio"), percent(row["realisation_ratio"])),
                    (texts("accuracy"), percent(row["accuracy"])),
                    (texts("recognition_ratio"), percent(row["recognition_ratio"], 0)),
                    (texts("proposed_ratio"), percent(row["proposed_ratio"], 0)),
                ]
            )
        )


def _prices(cockpit: Cockpit) -> None:
    texts = cockpit.texts
    (row,) = cockpit.rows(queries.SUMMARY)
    st.html(html.section(texts("point_review"), texts("point_review_lead")))
    st.html(
        html.facts(
            [
                (texts("reviewed_items"), number(row["item_count"], 0)),
                (texts("items_without_points"), number(row["pointless_count"], 0)),
                (texts("point_price"), plain(row["point_price_label"], 6)),
                (texts("point_price_last_year"), plain(row["point_price_last_year"], 6)),
                (texts("mean_price_per_point"), plain(row["mean_price_per_point"])),
                (texts("market_point_price"), plain(row["market_point_price"])),
                (texts("mean_cost_per_point"), plain(row["mean_cost_per_point"])),
            ]
        )
    )


def _deviating(cockpit: Cockpit) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.DEVIATING)
    if not rows:
        return
    st.html(html.section(texts("deviating_items"), texts("deviating_items_lead")))
    st.html(
        html.table(
            [
                Column(texts("item"), lambda row: _item(cockpit, row)),
                _plain_column(texts("quantity"), "quantity"),
                _plain_column(texts("quantity_last_year"), "quantity_last_year", is_extra=True),
                yuan_column(texts("unit_points"), "unit_points"),
                yuan_column(texts("unit_points_last_year"), "unit_points_last_year", is_extra=True),
                yuan_column(texts("price_per_point"), "price_per_point", is_extra=True),
                _percent_column(texts("price_deviation"), "price_deviation", is_extra=True),
                yuan_column(texts("cost_per_point"), "cost_per_point"),
                _percent_column(texts("cost_deviation"), "cost_deviation"),
            ],
            rows,
        )
    )


def _without_points(cockpit: Cockpit) -> None:
    texts = cockpit.texts
    rows = cockpit.rows(queries.WITHOUT_POINTS)
    if not rows:
        return
    st.html(html.section(texts("items_without_points")))
    st.html(
        html.table(
            [
                Column(texts("item"), lambda row: _item(cockpit, row)),
                _plain_column(texts("quantity"), "quantity"),
                yuan_column(texts("charged"), "charged_yuan"),
                yuan_column(texts("unit_cost"), "unit_cost_yuan", is_extra=True, digits=4),
            ],
            rows,
        )
    )


def _item(cockpit: Cockpit, row: Row) -> str:
    return html.linked(cockpit.place.link("item", item=row["item_id"]), row["item_name"] or row["item_id"], row["item_id"])


def _plain_column(title: str, name: str, *, is_extra: bool = False) -> Column:
    return Column(title, lambda row: plain(row[name]), is_number=True, is_extra=is_extra)


def _percent_column(title: str, name: str, *, is_extra: bool = False) -> Column:
    return Column(title, lambda row: percent(row[name]), is_number=True, is_extra=is_extra)


render()
