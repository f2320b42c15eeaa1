"""Columns several tables share: departments, yuan, and this month against the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cockpit.ui import html
from cockpit.ui.figures import number
from cockpit.ui.html import Column
from cockpit.view import Cockpit

Row = Mapping[str, Any]


def department_cell(cockpit: Cockpit, page: str = "department", key: str = "dept_id", **parameters: str) -> Callable[[Row], str]:
    """A cell that names a department and leads to a page of it."""

    def cell(row: Row) -> str:
        dept_id = row[key]
        name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
        return html.linked(cockpit.place.link(page, dept=dept_id, **parameters), name, dept_id)

    return cell


def code_column(cockpit: Cockpit, title: str, kind: str, name: str, *, is_extra: bool = False) -> Column:
    """A column of codes of a list, by what they are called."""
    return Column(title, lambda row: html.text(cockpit.texts.code(kind, row[name])), is_extra=is_extra)


def group_column(cockpit: Cockpit, name: str = "group_code") -> Column:
    """A column of groups, by name and code."""
    nothing = cockpit.texts("no_group")
    return Column(cockpit.texts("group"), lambda row: html.named(row["group_name"] or row[name] or nothing, row[name] or ""))


def yuan_column(title: str, name: str, *, is_extra: bool = False, digits: int = 2) -> Column:
    """A column of yuan."""
    return Column(title, lambda row: number(row[name], digits), is_number=True, is_extra=is_extra)


def change_column(title: str, name: str, digits: int = 2, *, is_extra: bool = False) -> Column:
    """A column of signed changes with arrows."""
    return Column(title, lambda row: html.delta(row[name], digits), is_number=True, is_extra=is_extra)


def bar_column(name: str, largest: Decimal) -> Column:
    """A column of bars from the middle."""
    return Column("", lambda row: html.bar(row[name], largest), is_extra=True)


def compared(
    cockpit: Cockpit, now: str = "amount_yuan", before: str = "earlier_amount_yuan", change: str = "change_yuan"
) -> list[Column]:
    """Last month, this month and the change between them."""
    texts = cockpit.texts
    return [
        yuan_column(texts("last_month"), before, is_extra=True),
        yuan_column(texts("this_month"), now),
        change_column(texts("change"), change),
    ]


def largest(rows: Sequence[Row], name: str) -> Decimal:
    """The largest magnitude of a column, 0 for none."""
    return max((abs(row[name]) for row in rows if row[name] is not None), default=Decimal(0))
