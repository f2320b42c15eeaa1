"""The two payment packs that are shipped as regions: their bands, that they are complete, and that they say they are assumed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orchestration.policy import load_policy

BANDS = {
    "zj_like": [(0, 1, "3.0"), (1, 3, "2.0"), (3, None, "1.5")],
    "alt_like": [(0, 1, "3.0"), (1, 2, "2.5"), (2, 5, "2.0"), (5, None, "1.5")],
}
LOW_RATIO = Decimal("0.4")
TABLES = ("payment_band", "payment_rule", "point_value", "year_end_band")
INSURANCE_TYPES = {"employee", "resident", "other_region", "self_pay"}


@pytest.mark.parametrize("region", BANDS)
def test_a_pack_holds_its_bands(region: str) -> None:
    rows = [row for row in load_policy().rows["payment_band"] if row["region"] == region]
    assert [(row["rw_low"], row["rw_high"], row["high_multiple"]) for row in rows] == [
        (low, high, Decimal(multiple)) for low, high, multiple in BANDS[region]
    ]
    assert {row["low_multiple"] for row in rows} == {LOW_RATIO}
    assert {row["scheme"] for row in rows} == {"CHS-DRG"}


@pytest.mark.parametrize("region", BANDS)
def test_a_pack_is_complete_and_marked_as_assumed(region: str) -> None:
    of_region = {name: [row for row in load_policy().rows[name] if row["region"] == region] for name in TABLES}
    assert {row["source_type"] for rows in of_region.values() for row in rows} == {"assumption"}
    assert {row["case_class"] for row in of_region["payment_rule"]} >= {"normal", "high", "low", "incomplete", "readmission"}
    values = {(row["insurance_type"], row["year"]) for row in of_region["point_value"]}
    assert values >= {(kind, year) for kind in INSURANCE_TYPES for year in (2025, 2026)}
    assert [row["share"] for row in of_region["year_end_band"]] == [0, 1, Decimal("0.7"), 0]
