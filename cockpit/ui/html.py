"""Pieces of a page as HTML. Everything that comes from data is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import groupby
from typing import Any

from cockpit.ui.figures import NOTHING, signed

Cell = Callable[[Mapping[str, Any]], str]
UP, DOWN = "▲", "▼"


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, and how a row becomes a cell (HTML, already escaped).

    `is_number` aligns it right; `is_extra` columns give way on a narrow screen.
    """

    title: str
    cell: Cell
    is_number: bool = False
    is_extra: bool = False

    @property
    def classes(self) -> str:
        """CSS classes of its cells."""
        return " ".join([*(["n"] if self.is_number else []), *(["extra"] if self.is_extra else [])])


@dataclass(frozen=True)
class Tile:
    """A headline figure, and what stands below it."""

    label: str
    figure: str
    note: str = ""
    address: str | None = None


def text(value: object) -> str:
    """Plain text as HTML."""
    return escape(str(value)) if value is not None and value != "" else NOTHING


def link(address: str, label: object) -> str:
    """A link to a page of the cockpit; opens in the same tab."""
    return f'<a href="{escape(address)}" target="_self">{escape(str(label))}</a>'


def named(name: str, code: str) -> str:
    """A name with its code beside it in small type."""
    return escape(name) if name == code else f"{escape(name)} <small>{escape(code)}</small>"


def linked(address: str, name: str, code: str) -> str:
    """As `named`, as a link."""
    return f'<a href="{escape(address)}" target="_self">{named(name, code)}</a>'


def delta(value: Decimal | None, digits: int = 2) -> str:
    """A change, with an arrow beside its colour."""
    if value is None:
        return NOTHING
    figure = signed(value, digits)
    if figure[0] not in "+−":
        return f'<span class="flat">{figure}</span>'
    is_up = figure[0] == "+"
    return f'<span class="{"up" if is_up else "down"}"><i class="arrow">{UP if is_up else DOWN}</i>{figure}</span>'


def bar(value: Decimal | None, largest: Decimal) -> str:
    """A bar from the middle: left and hatched for a fall, right for a rise, as long as its share of the largest."""
    if value is None or not largest:
        return ""
    share = min(abs(value) / largest, Decimal(1)) * 50
    side = "right: 50%" if value < 0 else "left: 50%"
    kind = "down" if value < 0 else "up"
    return f'<span class="bar"><i class="{kind}" style="{side}; width: {share:.2f}%"></i></span>'


def meter(share: Decimal | None, *, is_met: bool) -> str:
    """How far a target is reached, 0 to 1."""
    if share is None:
        return ""
    width = min(max(share, Decimal(0)), Decimal(1)) * 100
    return f'<span class="meter"><i class="{"met" if is_met else "missed"}" style="width: {width:.1f}%"></i></span>'


def pill(label: str, kind: str) -> str:
    """A state as a word in a coloured frame; kind: good, bad, wait or off."""
    mark = {"good": "✓", "bad": "✕", "wait": "…", "off": "○"}[kind]
    return f'<span class="pill {kind}">{mark} {escape(label)}</span>'


def spark(values: Sequence[Decimal]) -> str:
    """A line of a figure over months, the last one marked; nothing where there is no line to draw."""
    if len(values) < 2:
        return ""
    low, span = min(values), (max(values) - min(values)) or Decimal(1)
    points = [(n * Decimal(64) / (len(values) - 1) + 3, 19 - (value - low) * 16 / span) for n, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        '<svg class="spark" viewBox="0 0 70 22" width="70" height="22" aria-hidden="true">'
        f'<polyline points="{line}" fill="none" stroke="#8ab0d6" stroke-width="1.6"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="#24598f"/></svg>'
    )


def table(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    *,
    total: Sequence[str] | None = None,
    part: Callable[[Mapping[str, Any]], str] | None = None,
) -> str:
    """A table; `total` are the cells of a last row that adds up, `part` names the part of the table a row belongs to."""
    head = "".join(f'<th class="{column.classes}">{escape(column.title)}</th>' for column in columns)
    body = "".join(
        _part(name, len(columns)) + "".join(_row(columns, row) for row in members)
        for name, members in groupby(rows, key=part or (lambda _: ""))
    )
    cells = "".join(f'<td class="{column.classes}">{cell}</td>' for column, cell in zip(columns, total or (), strict=bool(total)))
    foot = f"<tfoot><tr>{cells}</tr></tfoot>" if total else ""
    return f'<div class="scroll"><table class="figures"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>'


def _part(name: str, width: int) -> str:
    return f'<tr class="part"><td colspan="{width}">{escape(name)}</td></tr>' if name else ""


def _row(columns: Sequence[Column], row: Mapping[str, Any]) -> str:
    return "<tr>" + "".join(f'<td class="{column.classes}">{column.cell(row)}</td>' for column in columns) + "</tr>"


def tiles(shown: Iterable[Tile]) -> str:
    """Headline figures side by side."""
    return '<div class="tiles">' + "".join(_tile(tile) for tile in shown) + "</div>"


def _tile(tile: Tile) -> str:
    parts = (("label", escape(tile.label)), ("figure", tile.figure), ("note", tile.note))
    body = "".join(f'<span class="{name}">{part}</span>' for name, part in parts)
    if tile.address:
        return f'<a class="tile" href="{escape(tile.address)}" target="_self">{body}</a>'
    return f'<div class="tile">{body}</div>'


def crumbs(path: Sequence[tuple[str, str | None]]) -> str:
    """The way to this page; steps without an address are where one is."""
    steps = [link(address, label) if address else f"<b>{escape(label)}</b>" for label, address in path]
    return '<nav class="crumbs">' + '<span class="step">›</span>'.join(steps) + "</nav>"


def title(heading: str, note: str = "") -> str:
    """The head of a page."""
    return f'<header class="head"><h1>{escape(heading)}</h1><p>{note}</p></header>'


def section(heading: str, note: str = "") -> str:
    """The head of a part of a page."""
    return f'<h2 class="section">{escape(heading)}</h2>' + (f'<p class="lead">{note}</p>' if note else "")


def callout(body: str) -> str:
    """The one sentence a page wants to say; HTML."""
    return f'<div class="callout">{body}</div>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, one a line; values are HTML."""
    return '<dl class="facts">' + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"
