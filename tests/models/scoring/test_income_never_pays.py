"""Gate BON-01 passes on points for the work and stops on every policy that pays a share of drug or material income."""

from __future__ import annotations

import pytest

from tests.models.scoring.chain import Chain
from tests.models.scoring.test_goldens import fill_golden_j

ANSWER = "select checked_rows, failing_rows, sample_keys from audit.gate_bon_01"


def answer(chain: Chain) -> tuple[int, int, str | None]:
    chain.landed("performance_pool", [{"pool_code": "total", "amount": "14500"}])
    ((checked, failing, keys),) = chain.build().rows(ANSWER)
    return checked, failing, keys


def item(kind: str, **points: str) -> dict[str, object]:
    nothing = {"judging_points": "0", "executing_points": "0", "nursing_points": "0"}
    return {"item_period_key": 9, "item_id": "X", "item_kind": kind, "has_points": True, **nothing, **points}


def test_points_for_the_work_and_costs_that_lower_a_bonus_pass(chain: Chain) -> None:
    fill_golden_j(chain)
    chain.insert("conformed.int_conformed__item_period", [item("service", judging_points="1", executing_points="2")])
    checked, failing, keys = answer(chain)
    assert checked > 3 and (failing, keys) == (0, None), "ways from charges to the journal and three items are looked at"


def test_giving_a_drug_is_work(chain: Chain) -> None:
    fill_golden_j(chain)
    chain.insert("conformed.int_conformed__item_period", [item("drug", executing_points="0.2", nursing_points="0.1")])
    assert answer(chain)[1] == 0


@pytest.mark.parametrize("kind", ["drug", "material"])
def test_a_point_for_prescribing_is_a_share_of_sales(chain: Chain, kind: str) -> None:
    fill_golden_j(chain)
    chain.insert("conformed.int_conformed__item_period", [item(kind, judging_points="0.01")])
    _, failing, keys = answer(chain)
    assert failing == 1
    assert keys == f"workload_points.csv X judging points of a {kind}"


def test_a_deduction_with_its_sign_turned_pays_for_drugs(chain: Chain) -> None:
    """A ratio of -0.05 on separately charged drugs: the more a department sells, the more it gets."""
    fill_golden_j(chain)
    chain.con.execute(
        "update policy.bonus_deduction set ratio = -0.05"
        " where cost_category = 'C3' and is_separately_charged and setting = 'outpatient'"
    )
    _, failing, keys = answer(chain)
    assert failing > 0
    assert keys is not None and "OUTPATIENT_DEDUCTION" in keys and "int_conformed__charge" in keys
