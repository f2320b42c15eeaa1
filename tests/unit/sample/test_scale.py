"""A large hospital has more lines a case, not only more cases."""

from __future__ import annotations

import pytest

from orchestration.sample.diseases import describe_diseases
from orchestration.sample.settings import Settings
from orchestration.sample.stays import STAY_SHARE_OF_CHARGES
from orchestration.sample.structure import build_hospital
from orchestration.sample.visits import receive_visits


@pytest.mark.parametrize("scale", [18_000, 200_000, 2_000_000])
def test_up_to_two_million_charges_prices_are_those_of_the_catalogue(scale: int) -> None:
    small, other = (build_hospital("H2", Settings(scale=s)) for s in (18_000, scale))
    assert other.catalogue is small.catalogue


def test_ten_million_charges_are_ten_thousand_discharges_and_three_hundred_thousand_visits() -> None:
    hospital = build_hospital("H2", Settings(scale=10_000_000))
    stays = hospital.settings.scale * STAY_SHARE_OF_CHARGES / describe_diseases(hospital).lines_per_stay
    visits = receive_visits(hospital, hospital.settings.first)
    assert stays == pytest.approx(10_000, rel=0.1)
    assert len(visits) == pytest.approx(300_000, rel=0.1)


def test_a_finer_price_is_a_part_of_the_price_and_at_least_one_fen() -> None:
    coarse, fine = (build_hospital("H2", Settings(scale=s)).catalogue.items for s in (18_000, 10_000_000))
    assert (fine["price_fen"] >= 1).all()
    assert ((fine["price_fen"] * 5 - coarse["price_fen"]).abs() <= 5).all()
    assert ((fine["purchase_fen"] == -1) == (coarse["purchase_fen"] == -1)).all()
