"""Charts: few marks, no decoration, colours that colour-blind readers can tell apart, and signs beside every colour."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

import plotly.graph_objects as go  # type: ignore[import-untyped]
import streamlit as st

from cockpit.ui.figures import number, signed

INK, SOFT, LINE, UP, DOWN, TOTAL = "#1c2733", "#5b6b7b", "#dfe5eb", "#6ea6d6", "#dd7d52", "#8593a1"
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Source Sans, sans-serif"
SETTINGS = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False}
ROW_PIXELS = 34
TEXT_ROOM = 0.55


def waterfall(steps: Sequence[tuple[str, Decimal]], *, start: tuple[str, Decimal] | None, end: tuple[str, Decimal]) -> go.Figure:
    """Signed steps from a start, or from zero, to an end, one below the other.

    Args:
        steps: names and yuan.
        start: the figure the steps begin at; None: zero.
        end: the figure they lead to.
    """
    names = [*([start[0]] if start else []), *(name for name, _ in steps), end[0]]
    amounts = [*([start[1]] if start else []), *(amount for _, amount in steps), end[1]]
    texts = [*([number(start[1])] if start else []), *(signed(amount) for _, amount in steps), number(end[1])]
    measures = [*(["absolute"] if start else []), *["relative"] * len(steps), "total"]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=names,
            x=[float(amount) for amount in amounts],
            measure=measures,
            text=texts,
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": UP}},
            decreasing={"marker": {"color": DOWN}},
            totals={"marker": {"color": TOTAL}},
            connector={"line": {"color": "#c3ccd5", "width": 1}},
            hovertemplate="%{y}<br>%{text}<extra></extra>",
        )
    )
    low, high = _reach(amounts)
    room = (high - low) * TEXT_ROOM or 1.0
    left = room if _falls_near(amounts, Decimal(low + room)) else 0
    figure.update_xaxes(visible=False, range=[low - left, high + room], fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, ticksuffix="  ")
    return _styled(figure, ROW_PIXELS * len(names) + 20)


def _falls_near(amounts: Sequence[Decimal], limit: Decimal) -> bool:
    """Whether a falling step ends so far left that its figure needs room there."""
    sums = accumulate(amounts[:-1])
    return any(amount < 0 and reached < limit for amount, reached in zip(amounts[:-1], sums, strict=True))


def _reach(amounts: Sequence[Decimal]) -> tuple[float, float]:
    """Lowest and highest sum on the way, zero among them."""
    sums = [Decimal(0)]
    for amount in amounts[:-1]:
        sums.append(sums[-1] + amount)
    return float(min(sums)), float(max(sums))


def pareto(names: Sequence[str], amounts: Sequence[Decimal], shares: Sequence[Decimal]) -> go.Figure:
    """Amounts from the largest down as numbered bars, their running share as a line (0 to 1)."""
    places = list(range(1, len(names) + 1))
    figure = go.Figure(
        [
            go.Bar(
                x=places,
                y=[float(a) for a in amounts],
                marker_color=DOWN,
                customdata=[[n, number(a)] for n, a in zip(names, amounts, strict=True)],
                hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
            ),
            go.Scatter(
                x=places,
                y=[float(s) * 100 for s in shares],
                yaxis="y2",
                mode="lines+markers",
                line={"color": INK, "width": 1.5},
                marker={"size": 5},
                hovertemplate="%{y:.1f}%<extra></extra>",
            ),
        ]
    )
    figure.update_layout(
        bargap=0.25,
        yaxis={"gridcolor": "#edf1f5", "zeroline": False, "tickformat": ",.0f", "fixedrange": True},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "range": [0, 105],
            "tickvals": [0, 20, 40, 60, 80, 100],
            "ticktext": ["0%", "20%", "40%", "60%", "80%", "100%"],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        xaxis={"tickvals": places, "automargin": True, "fixedrange": True},
    )
    return _styled(figure, 340)


def months(labels: Sequence[str], amounts: Sequence[Decimal | None]) -> go.Figure:
    """A figure over months as columns, the last one strong."""
    colors = [*["#c3d6e8"] * (len(labels) - 1), "#24598f"]
    figure = go.Figure(
        go.Bar(
            x=list(labels),
            y=[None if a is None else float(a) for a in amounts],
            marker_color=colors,
            text=[number(a, 0) for a in amounts],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}<br>%{y:,.2f}<extra></extra>",
        )
    )
    figure.update_layout(
        bargap=0.45, xaxis={"type": "category", "fixedrange": True}, yaxis={"visible": False, "fixedrange": True}
    )
    return _styled(figure, 200)


def _styled(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 4, "t": 14, "b": 4},
        font={"family": FONT, "size": 13, "color": INK},
        showlegend=False,
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"bgcolor": "white", "bordercolor": LINE, "font": {"color": INK, "family": FONT}},
        uniformtext={"minsize": 10, "mode": "show"},
    )
    figure.update_yaxes(automargin=True)
    return figure


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a chart; `alt` says in words what it shows."""
    st.plotly_chart(figure, width="stretch", theme=None, config=SETTINGS, key=key, alt=alt)
