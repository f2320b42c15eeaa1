"""The closed vocabulary of payment_rule.csv; the settlement models read the same words."""

from __future__ import annotations

from orchestration.policy.cells import CellError, number

CASE_CLASSES = ("normal", "high", "low", "incomplete", "per_diem", "excluded", "special_review", "readmission")

# Test -> whether it takes a number after a colon, as in `stay_days_above:60`.
TESTS = {
    "otherwise": False,
    "above_high_multiple": False,
    "below_low_multiple": False,
    "has_per_diem": False,
    "left_against_advice": False,
    "is_listed": False,
    "stay_days_above": True,
    "stay_days_at_most": True,
    "fee_below": True,
    "died_or_transferred_within_hours": True,
    "readmitted_within_days": True,
}

# Formula -> whether it uses the factor column. r = fee / mean fee, k = high multiple of the band, c = hospital coefficient.
FORMULAS = {
    "rate": False,  # weight, coefficient outside
    "points": True,  # base × c, where base = weight × factor
    "excess_on_base": False,  # base × c + (r − k) × base
    "excess_times_coefficient": False,  # base × c × (1 + r − k)
    "ratio": False,  # base × r
    "ratio_times_coefficient": False,  # base × c × r
    "base_times_factor": True,  # base × c × factor
    "per_diem": False,  # amounts of per_diem.csv for the days of the stay
    "by_item": False,  # the fee itself
    "unpaid": False,  # nothing
}


def test_problem(test: str) -> str | None:
    """What is wrong with a test, or None. Several, parted by `|`, hold when one of them does."""
    return next(filter(None, map(_one_test_problem, test.split("|"))), None)


def _one_test_problem(test: str) -> str | None:
    name, colon, threshold = test.partition(":")
    if name not in TESTS:
        return "is unknown"
    if bool(colon) != TESTS[name]:
        return "needs a number after a colon" if TESTS[name] else "takes no number"
    if colon:
        try:
            number(threshold)
        except CellError as error:
            return error.message
    return None
