"""Parts several pages share: the way to a page, columns of this month against the last, and what to say where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import streamlit as st

from cockpit.session import Cockpit
from cockpit.ui import html
from cockpit.ui.figures import number
from cockpit.ui.html import Column

Row = Mapping[str, Any]


def way(cockpit: Cockpit, *steps: tuple[str, str | None]) -> None:
    """The path from the overview to this page."""
    hospital = cockpit.texts("region") if cockpit.place.is_region else cockpit.names.hospital(cockpit.place.hospital_id)
    st.html(html.crumbs([(hospital, cockpit.place.link("overview")), *steps]))


def department_step(cockpit: Cockpit, dept_id: str, *, is_last: bool = False) -> tuple[str, str | None]:
    """The department as a step of the path."""
    name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
    return name, None if is_last else cockpit.place.link("department", dept=dept_id)


def department_cell(cockpit: Cockpit, page: str = "department", key: str = "dept_id", **parameters: str) -> Callable[[Row], str]:
    """A cell that names a department and leads to a page of it."""

    def cell(row: Row) -> str:
        dept_id = row[key]
        name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
        return html.linked(cockpit.place.link(page, dept=dept_id, **parameters), name, dept_id)

    return cell


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


def largest(rows: list[Mapping[str, Any]] | list[dict[str, Any]], name: str) -> Decimal:
    """The largest magnitude of a column, 0 for none."""
    return max((abs(row[name]) for row in rows if row[name] is not None), default=Decimal(0))


def quiet(message: str) -> None:
    """Say that there is nothing to show, and why."""
    st.html(f'<p class="quiet">{html.text(message)}</p>')


def needs(cockpit: Cockpit, *relations: str) -> None:
    """Stop the page, saying why, where the release does not hold what it shows."""
    missing = [relation for relation in relations if not cockpit.has(relation)]
    if missing:
        quiet(cockpit.texts("not_in_release", names=", ".join(missing)))
        st.stop()


def needs_hospital(cockpit: Cockpit) -> None:
    """Stop a page of whole-hospital figures for a visitor who may see departments only, or where no single hospital is chosen."""
    if not cockpit.sees_hospital:
        quiet(cockpit.texts("departments_only"))
        st.stop()
    if cockpit.place.is_region:
        quiet(cockpit.texts("choose_hospital"))
        st.stop()


def needs_department(cockpit: Cockpit) -> str:
    """The department the URL names; stops the page where there is none or the visitor may not see it."""
    dept_id = cockpit.place.get("dept")
    if cockpit.place.is_region or not dept_id:
        quiet(cockpit.texts("choose_department"))
        st.stop()
    if not cockpit.visitor.may_see(cockpit.place.hospital_id, dept_id):
        quiet(cockpit.texts("no_access"))
        st.stop()
    return dept_id
