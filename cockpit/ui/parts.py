"""What pages share beside their tables: the way to a page, and stopping where there is nothing to see."""

from __future__ import annotations

import streamlit as st

from cockpit.ui import html
from cockpit.view import Cockpit


def way(cockpit: Cockpit, *steps: tuple[str, str | None]) -> None:
    """The path from the overview to this page."""
    hospital = cockpit.texts("region") if cockpit.place.is_region else cockpit.names.hospital(cockpit.place.hospital_id)
    st.html(html.crumbs([(hospital, cockpit.place.link("overview")), *steps]))


def department_step(cockpit: Cockpit, dept_id: str, *, is_last: bool = False) -> tuple[str, str | None]:
    """The department as a step of the path."""
    name = cockpit.names.department(cockpit.place.hospital_id, dept_id)
    return name, None if is_last else cockpit.place.link("department", dept=dept_id)


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
