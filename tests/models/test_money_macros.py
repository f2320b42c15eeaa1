"""The splitting and rounding macros agree with exact fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.models.macro_sql import render

CONNECTION = duckdb.connect()
FEN = st.integers(-(10**15), 10**15).map(lambda units: Decimal(units).scaleb(-2))
WEIGHTS = st.lists(st.integers(-(10**12), 10**12).map(lambda units: Decimal(units).scaleb(-4)), min_size=1, max_size=8)
SMALL_WEIGHTS = st.lists(st.integers(0, 5).map(Decimal), min_size=1, max_size=8)


def reference(amount: Decimal, weights: Mapping[str, Decimal | Fraction], digits: int) -> dict[str, Fraction]:
    """Largest remainder in exact fractions, written from its definition."""
    unit = Fraction(1, 10**digits)
    total = sum(map(Fraction, weights.values()))
    exact = {key: Fraction(amount) * Fraction(weight) / total / unit for key, weight in weights.items()}
    whole = {key: math.trunc(value) for key, value in exact.items()}
    missing = int(Fraction(amount) / unit) - sum(whole.values())
    direction = 1 if missing > 0 else -1
    ranked = sorted(exact, key=lambda key: (-direction * (exact[key] - whole[key]), key))
    for key in ranked[: abs(missing)]:
        whole[key] += direction
    return {key: value * unit for key, value in whole.items()}


def split(rows: Iterable[tuple[str, str, Decimal, Decimal]], digits: int = 2) -> dict[tuple[str, str], Fraction]:
    """Run the macro on (pool, key, amount, weight) rows."""
    con = CONNECTION
    con.execute(
        f"create or replace table pool (pool_id varchar, dept_id varchar, amount decimal(38,{digits}), weight decimal(18,4))"
    )
    con.executemany("insert into pool values (?, ?, ?, ?)", [list(row) for row in rows])
    sql = render("largest_remainder", "pool", "amount", "weight", ["pool_id"], ["dept_id"], unit_digits=digits)
    return {
        (pool, key): Fraction(part) for pool, key, part in con.execute(f"select pool_id, dept_id, part from ({sql})").fetchall()
    }


@settings(deadline=None, max_examples=150)
@given(FEN, st.one_of(WEIGHTS, SMALL_WEIGHTS))
@example(Decimal("100.00"), [Decimal(1), Decimal(1), Decimal(1)])
@example(Decimal("-0.01"), [Decimal(1), Decimal(1), Decimal(1)])
@example(Decimal("10000000000000.00"), [Decimal("99999999999999.9999"), Decimal("-0.0001")])
def test_largest_remainder_follows_its_definition(amount: Decimal, weights: list[Decimal]) -> None:
    keyed = {f"D{number:02}": weight for number, weight in enumerate(weights)}
    if sum(weights) == 0:
        return
    found = split([("p", key, amount, weight) for key, weight in keyed.items()])
    assert {key: part for (_, key), part in found.items()} == reference(amount, keyed, 2)
    assert sum(found.values()) == Fraction(amount)


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(6)), FEN)
def test_the_order_of_rows_does_not_matter(order: list[int], amount: Decimal) -> None:
    rows = [("p", f"D{number}", amount, Decimal(number % 3 + 1)) for number in range(6)]
    assert split(rows) == split([rows[index] for index in order])


def test_positive_input_gives_no_negative_part() -> None:
    parts = split([("p", f"D{number}", Decimal("0.02"), Decimal(1)) for number in range(7)])
    assert [str(Decimal(part.numerator) / part.denominator) for part in parts.values()].count("0.01") == 2
    assert min(parts.values()) == 0


def test_partitions_are_split_apart_in_any_unit() -> None:
    parts = split(
        [
            ("a", "x", Decimal("1.000000"), Decimal(1)),
            ("a", "y", Decimal("1.000000"), Decimal(2)),
            ("b", "x", Decimal("-0.000001"), Decimal(3)),
        ],
        digits=6,
    )
    assert parts == {("a", "x"): Fraction(333333, 10**6), ("a", "y"): Fraction(666667, 10**6), ("b", "x"): Fraction(-1, 10**6)}


@settings(deadline=None, max_examples=100)
@given(FEN, st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**11), st.integers(0, 10**11)), min_size=1, max_size=6))
@example(Decimal("0.03"), [(1, 1, 1), (1, 3, 3), (1, 7, 7)])
def test_weights_divided_by_the_ratio_of_their_settings(amount: Decimal, departments: list[tuple[int, int, int]]) -> None:
    """Each department's quantity is divided over two settings in its own proportion: weights are fractions."""
    total = sum(quantity for quantity, _, _ in departments)
    if total == 0:
        return
    rows, exact = [], {}
    for number, (quantity, inpatient, outpatient) in enumerate(departments):
        inpatient, divisor = (inpatient, inpatient + outpatient) if inpatient + outpatient else (1, 1)
        for key, share in ((f"D{number}-in", inpatient), (f"D{number}-out", divisor - inpatient)):
            rows.append([key, amount, quantity * share, divisor, total])
            exact[key] = Fraction(quantity * share, divisor)
    CONNECTION.execute("create or replace table centre (k varchar, amount decimal(38,2), w hugeint, d hugeint, t hugeint)")
    CONNECTION.executemany("insert into centre values (?, ?, ?, ?, ?)", rows)
    sql = render("largest_remainder", "centre", "amount", "w", [], ["k"], divisor="d", total="t")
    found = {key: Fraction(part) for key, part in CONNECTION.execute(f"select k, part from ({sql})").fetchall()}
    assert found == reference(amount, exact, 2)


def test_nothing_over_no_weight_is_nothing() -> None:
    assert split([("p", "x", Decimal(0), Decimal(0)), ("p", "y", Decimal(0), Decimal(0))]) == {("p", "x"): 0, ("p", "y"): 0}


def test_an_amount_over_no_weight_is_an_error() -> None:
    with pytest.raises(duckdb.Error, match=r"no weight to split 5\.00 over"):
        split([("p", "x", Decimal(5), Decimal(1)), ("p", "y", Decimal(5), Decimal(-1))])


def test_too_large_a_product_is_an_error() -> None:
    con = duckdb.connect()
    con.execute("create table pool as select 'x' as k, 1e29::decimal(38,0) as amount, 1e20::decimal(38,0) as weight")
    with pytest.raises(duckdb.OutOfRangeException):
        con.execute(render("largest_remainder", "pool", "amount", "weight", [], ["k"], weight_digits=0))


def test_finer_weights_than_declared_are_an_error() -> None:
    con = duckdb.connect()
    con.execute("create table pool as select 'x' as k, 1.00::decimal(18,2) as amount, 0.12345::decimal(18,5) as weight")
    with pytest.raises(duckdb.Error, match="more than 4 decimals"):
        con.execute(render("largest_remainder", "pool", "amount", "weight", [], ["k"], weight_digits=4)).fetchall()


@settings(deadline=None, max_examples=150)
@given(st.integers(-(10**14), 10**14), st.integers(-(10**10), 10**10).filter(bool), st.integers(0, 6))
@example(5, 2, 0)
@example(-5, 2, 0)
@example(1, -200, 2)
def test_divide_rounded_rounds_halves_away_from_zero(numerator: int, denominator: int, digits: int) -> None:
    con = CONNECTION
    sql = render("divide_rounded", "n", "d", digits)
    query = f"select {sql} from (select cast(? as decimal(38,2)) as n, cast(? as decimal(38,4)) as d)"
    ((found,),) = con.execute(query, [Decimal(numerator).scaleb(-2), Decimal(denominator).scaleb(-4)]).fetchall()
    exact = Fraction(numerator, 100) / Fraction(denominator, 10**4)
    scaled = abs(exact) * 10**digits
    expected = Fraction(math.floor(scaled + Fraction(1, 2)), 10**digits) * (1 if exact >= 0 else -1)
    assert Fraction(found) == expected


def test_divide_rounded_by_zero_is_null() -> None:
    con = duckdb.connect()
    assert con.execute(f"select {render('divide_rounded', '1.00', '0.00', 2)}").fetchall() == [(None,)]
