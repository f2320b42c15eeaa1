"""The cockpit application: navigation, hospital, month and language; the pages do the rest."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cockpit.place import FIRST_PAGE, HOSPITAL, LANGUAGE, MONTH, REGION, Place, months_of
from cockpit.session import open_cockpit
from cockpit.texts import LANGUAGES, Texts
from cockpit.view import Cockpit
from orchestration.errors import CasemixError

HERE = Path(__file__).parent
ROOT = "root"
SHOWN = ("overruns", "indicators", "review", "gates", "what_if")
REACHED = ("department", "component", "cases", "case", "pool", "item", "source")


def draw() -> None:
    """Draw the page the URL names."""
    st.set_page_config(page_title="casemix", layout="wide")
    st.html(HERE / "ui" / "theme.css")
    try:
        cockpit = open_cockpit()
    except CasemixError as error:
        st.error(str(error))
        return
    if cockpit is None:
        st.warning(Texts("zh")("no_grant") + "\n\n" + Texts("en")("no_grant"))
        return
    page = st.navigation(_pages(cockpit), position="top")
    _controls(cockpit)
    try:
        page.run()
    except CasemixError as error:
        st.error(error.zh or error.message if cockpit.place.language == "zh" else error.message)


def _pages(cockpit: Cockpit) -> list[st.Page]:
    """The first page twice: a default page answers at the root alone, and it is asked for by its name as well."""
    named = [_page(cockpit.texts, name, name, is_shown=name in SHOWN) for name in (FIRST_PAGE, *SHOWN, *REACHED)]
    return [_page(cockpit.texts, FIRST_PAGE, ROOT, is_shown=True), *named]


def _page(texts: Texts, name: str, address: str, *, is_shown: bool) -> st.Page:
    return st.Page(
        HERE / "views" / f"{name}.py",
        title=texts(f"page.{name}"),
        url_path=address,
        default=address == ROOT,
        visibility="visible" if is_shown else "hidden",
    )


def _controls(cockpit: Cockpit) -> None:
    """Hospital, month and language; a choice changes the URL, and the URL is what pages read."""
    place, texts = cockpit.place, cockpit.texts
    hospitals = [*([REGION] if cockpit.sees_region else []), *cockpit.published]
    months = [f"{month:%Y-%m}" for month in reversed(months_of(cockpit.published, place.hospital_id))]
    chosen = {HOSPITAL: place.hospital_id, MONTH: f"{place.month:%Y-%m}", LANGUAGE: place.language}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        picked = {
            HOSPITAL: st.selectbox(
                texts("hospital"),
                hospitals,
                index=hospitals.index(place.hospital_id),
                format_func=lambda h: texts("region") if h == REGION else cockpit.names.hospital(h),
                key=f"hospital:{place.hospital_id}:{place.language}",
                width=240,
                label_visibility="collapsed",
            ),
            MONTH: st.selectbox(
                texts("month"),
                months,
                index=months.index(chosen[MONTH]),
                key=f"month:{place.hospital_id}:{chosen[MONTH]}:{place.language}",
                width=130,
                label_visibility="collapsed",
            ),
            LANGUAGE: st.segmented_control(
                texts("language"),
                LANGUAGES,
                default=place.language,
                format_func=lambda code: {"zh": "中文", "en": "English"}[code],
                key=f"language:{place.language}",
                label_visibility="collapsed",
            )
            or place.language,
        }
    if picked != chosen:
        _go(place, picked)


def _go(place: Place, picked: dict[str, str]) -> None:
    """Another hospital has other departments and cases: only what still means something stays in the URL."""
    if picked[HOSPITAL] != place.hospital_id:
        st.switch_page(HERE / "views" / f"{FIRST_PAGE}.py", query_params=picked)
    st.query_params.from_dict({**place.parameters, **picked})
    st.rerun()


draw()
