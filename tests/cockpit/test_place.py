"""The URL is the place: what it leaves out is remembered, what it gets wrong falls back to something published."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.place import REGION, Place, find_place

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
PUBLISHED = {"H1": [JANUARY, FEBRUARY], "H2": [JANUARY]}


@pytest.mark.parametrize(
    ("query", "remembered", "hospital", "month"),
    [
        ({}, {}, "H1", FEBRUARY),
        ({"hospital": "H2", "month": "2025-01"}, {}, "H2", JANUARY),
        ({"hospital": "H2", "month": "2025-02"}, {}, "H2", JANUARY),
        ({}, {"hospital": "H1", "month": "2025-01"}, "H1", JANUARY),
        ({"hospital": "nowhere"}, {}, "H1", FEBRUARY),
        ({"hospital": REGION}, {}, REGION, FEBRUARY),
    ],
)
def test_what_a_url_leaves_out(query: dict[str, str], remembered: dict[str, str], hospital: str, month: date) -> None:
    place = find_place(query, remembered, PUBLISHED, sees_region=True)
    assert (place.hospital_id, place.month) == (hospital, month)


def test_a_visitor_without_the_region_lands_in_a_hospital() -> None:
    assert find_place({"hospital": REGION}, {}, PUBLISHED, sees_region=False).hospital_id == "H1"


def test_a_link_names_the_whole_place() -> None:
    place = Place("en", "H1", JANUARY, {"dept": "0101"})
    assert place.link("cases", dept="01 01", group=None) == "cases?lang=en&hospital=H1&month=2025-01&dept=01+01"
    assert place.previous == date(2024, 12, 1)
