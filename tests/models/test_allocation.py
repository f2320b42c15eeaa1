"""Allocation of any pools over any drivers: nothing lost, nothing below zero, and step-down as a triangular system has it."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.models.compiled_models import CompiledModels, fetch, insert, open_month

CATEGORIES = tuple(f"C{n}" for n in range(1, 8))
MODELS = (
    "int_costing__allocation_giver",
    "int_costing__driver_weight",
    "int_costing__giver_pool",
    "int_costing__allocation",
)
SOURCES = ("basic", "own", "fiscal_project", "other_project", "research")


@dataclass(frozen=True)
class Chain:
    """Givers in the order in which they give, and what they hand over.

    `pools` are fen by (giver, category), `funds` their parts by (giver, category, funding source) where not all of it is the
    hospital's own, `quantities` driver quantities by (giver, receiver); a receiver is a later giver
    or one of `wards`. With `shares` a ward has two settings that bear (numerator, denominator) of what it gets.
    """

    givers: tuple[str, ...]
    wards: tuple[str, ...]
    pools: Mapping[tuple[str, str], int]
    quantities: Mapping[tuple[str, str], int]
    shares: Mapping[str, tuple[int, int]]
    funds: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


def random_chain(chance: random.Random, givers: int, wards: int, categories: Sequence[str] = CATEGORIES) -> Chain:
    """Every giver gives to all later ones and to every ward."""
    names = tuple(f"G{n:03}" for n in range(givers))
    receivers = tuple(f"W{n:03}" for n in range(wards))
    pools = {(giver, category): chance.randint(1, 10**9) for giver in names for category in categories}
    quantities = {(giver, to): chance.randint(1, 10**7) for n, giver in enumerate(names) for to in (*names[n + 1 :], *receivers)}
    return Chain(names, receivers, pools, quantities, {})


def side_by_side(chains: Sequence[Chain]) -> Chain:
    """Chains that never meet, as twelve months of one hospital, handed over together: names of the n-th begin with `n/`."""

    def named(number: int, dept: str) -> str:
        return f"{number:02}/{dept}"

    numbered = list(enumerate(chains))
    return Chain(
        tuple(named(n, giver) for n, chain in numbered for giver in chain.givers),
        tuple(named(n, ward) for n, chain in numbered for ward in chain.wards),
        {(named(n, giver), category): fen for n, chain in numbered for (giver, category), fen in chain.pools.items()},
        {(named(n, giver), named(n, to)): q for n, chain in numbered for (giver, to), q in chain.quantities.items()},
        {named(n, ward): share for n, chain in numbered for ward, share in chain.shares.items()},
    )


INPUTS = {
    "conformed.int_conformed__department": "dept_id text, dept_class text",
    "costing.int_costing__cost_centre": "dept_id text, service_setting text, is_divided boolean, "
    "share_numerator hugeint, share_denominator hugeint",
    "costing.int_costing__driver_quantity": "driver_code text, from_dept_id text, to_dept_id text, service_setting text, "
    "quantity decimal(18, 4)",
    "costing.int_costing__direct_cost": "dept_id text, service_setting text, cost_category text, cost_level text, "
    "is_own_item boolean, amount_yuan decimal(38, 2)",
    "costing.int_costing__ledger_line": "dept_id text, cost_category text, cost_level text, funding_source text, "
    "missing text, excluded_as text, amount_yuan decimal(38, 2)",
}


def create_inputs(con: duckdb.DuckDBPyConnection) -> None:
    """The relations the models read, empty."""
    for relation, columns in INPUTS.items():
        con.execute(f"create table {relation} ({columns})")


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_month(tmp_path_factory.mktemp("allocation"), date(2025, 1, 1), date(2025, 2, 1)) as con:
        con.execute("set threads = 1")
        create_inputs(con)
        yield con


Posted = dict[tuple[str, str, str, str], int]


def fill(con: duckdb.DuckDBPyConnection, chain: Chain, seed: int = 0) -> None:
    """Replace the inputs by those of a chain; rows are inserted in an order of their own for every seed."""
    shuffle = random.Random(seed).shuffle
    for relation in ("policy.allocation_step", *INPUTS):
        con.execute(f"delete from {relation}")
    step = {"step_no": 1, "from_dept_class": "administrative", "to_dept_classes": "administrative|clinical"}
    insert(con, "policy.allocation_step", [step | {"driver_code": "d", "method": "sequential", "valid_from": "2000-01-01"}])
    departments = [(g, "administrative") for g in chain.givers] + [(w, "clinical") for w in chain.wards]
    centres = [(g, "none", False, 1, 1) for g in chain.givers]
    for ward in chain.wards:
        part, whole = chain.shares.get(ward, (1, 1))
        divided = ward in chain.shares
        centres += [(ward, "inpatient", divided, part, whole)]
        centres += [(ward, "outpatient", True, whole - part, whole)] if divided else []
    drivers = [("d", giver, to, None, quantity) for (giver, to), quantity in chain.quantities.items()]
    pools = [(g, "none", category, "L1", False, Decimal(fen).scaleb(-2)) for (g, category), fen in chain.pools.items()]
    funds = chain.funds or {(giver, category, "own"): fen for (giver, category), fen in chain.pools.items()}
    lines = [(g, category, "L1", source, None, None, Decimal(fen).scaleb(-2)) for (g, category, source), fen in funds.items()]
    for relation, rows in zip(INPUTS, (departments, centres, drivers, pools, lines), strict=True):
        shuffle(rows)  # type: ignore[arg-type]
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(f"insert into {relation} select {', '.join(['unnest(?)'] * len(columns))}", columns)


def allocate(con: duckdb.DuckDBPyConnection, models: CompiledModels, chain: Chain, seed: int = 0) -> Posted:
    """Fen by giver, receiver, setting and category."""
    fill(con, chain, seed)
    for model in MODELS:
        models.build_only(con, model)
    posted = fetch(
        con,
        """select from_dept_id, to_dept_id, to_service_setting, cost_category, cast(amount_yuan * 100 as bigint)
           from costing.int_costing__allocation""",
    )
    return {tuple(row[:4]): row[4] for row in posted}  # type: ignore[misc]


chains = st.builds(
    lambda seed, givers, wards, categories, divided: _with_shares(
        random_chain(random.Random(seed), givers, wards, CATEGORIES[:categories]), seed, divided
    ),
    st.integers(0, 10**9),
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(1, 3),
    st.booleans(),
)


def _with_shares(chain: Chain, seed: int, divided: bool) -> Chain:
    chance = random.Random(seed)
    shares = {}
    for ward in chain.wards if divided else ():
        whole = chance.randint(1, 10**9)
        shares[ward] = (chance.randint(0, whole), whole)
    return Chain(chain.givers, chain.wards, chain.pools, chain.quantities, shares)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chain=chains, seed=st.integers(1, 99))
def test_nothing_is_lost_and_nothing_negative(
    costing_models: CompiledModels, con: duckdb.DuckDBPyConnection, chain: Chain, seed: int
) -> None:
    posted = allocate(con, costing_models, chain)
    assert all(fen > 0 for fen in posted.values())
    kept: dict[tuple[str, str], int] = defaultdict(int)
    for key, fen in chain.pools.items():
        kept[key] += fen
    for (giver, to, _, category), fen in posted.items():
        kept[giver, category] -= fen
        kept[to, category] += fen
    assert all(kept[giver, category] == 0 for giver, category in chain.pools)
    assert sum(fen for (dept, _), fen in kept.items() if dept in chain.wards) == sum(chain.pools.values())
    assert allocate(con, costing_models, chain, seed) == posted


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(together=st.lists(chains, min_size=2, max_size=4))
def test_chains_that_never_meet_share_their_turns(
    costing_models: CompiledModels, con: duckdb.DuckDBPyConnection, together: list[Chain]
) -> None:
    """Handed over together they post to the fen what each posts alone, in as many turns as the longest takes."""
    alone = {
        (f"{number:02}/{giver}", f"{number:02}/{to}", setting, category): fen
        for number, chain in enumerate(together)
        for (giver, to, setting, category), fen in allocate(con, costing_models, chain).items()
    }
    assert allocate(con, costing_models, side_by_side(together)) == alone
    turns = fetch(con, "select max(turn) from costing.int_costing__driver_weight")
    assert turns == [(max(len(chain.givers) for chain in together),)]


def funded(chain: Chain, seed: int, sources: int) -> Chain:
    """The same chain with every pool cut into funding sources, some of them nothing."""
    chance = random.Random(seed)
    funds = {}
    for (giver, category), fen in chain.pools.items():
        cuts = sorted(chance.choice([0, fen, chance.randint(0, fen)]) for _ in range(sources - 1))
        for source, low, high in zip(SOURCES, [0, *cuts], [*cuts, fen], strict=False):
            funds[giver, category, source] = high - low
    return replace(chain, funds=funds)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chain=chains, seed=st.integers(1, 99), sources=st.integers(2, 5))
def test_funding_travels_and_moves_no_amount(
    costing_models: CompiledModels, con: duckdb.DuckDBPyConnection, chain: Chain, seed: int, sources: int
) -> None:
    """Sources of a posting add up to it, a giver hands on every fen of a source, and without sources the amounts are the same."""
    unfunded = allocate(con, costing_models, chain)
    chain = funded(chain, seed, sources)
    assert {key: fen for key, fen in allocate(con, costing_models, chain).items() if fen} == unfunded
    columns = ", ".join(f"cast({source}_yuan * 100 as bigint)" for source in SOURCES)
    rows = fetch(con, f"select from_dept_id, to_dept_id, cost_category, {columns} from costing.int_costing__allocation")
    kept: dict[tuple[str, str, str], int] = defaultdict(int, chain.funds)
    for giver, to, category, *parts in rows:
        for source, fen in zip(SOURCES, parts, strict=True):
            kept[giver, category, source] -= fen
            kept[to, category, source] += fen
    assert all(fen == 0 for (dept, _, _), fen in kept.items() if dept in chain.givers)
    whole = " + ".join(f"{source}_yuan" for source in SOURCES)
    assert fetch(con, f"select count(*) from costing.int_costing__allocation where amount_yuan <> {whole}") == [(0,)]
    lowest = ", ".join(f"{source}_yuan" for source in SOURCES)
    assert fetch(con, f"select coalesce(min(least({lowest})), 0) >= -0.04 from costing.int_costing__allocation") == [(True,)]


def triangular(chain: Chain) -> dict[tuple[str, str], Fraction]:
    """Cost of every ward by category in exact fractions of a fen, without rounding at any step."""
    held = {key: Fraction(fen) for key, fen in chain.pools.items()}
    held |= {(ward, category): Fraction(0) for ward in chain.wards for _, category in chain.pools}
    for number, giver in enumerate(chain.givers):
        receivers = (*chain.givers[number + 1 :], *chain.wards)
        total = sum(chain.quantities[giver, to] for to in receivers)
        for category in {category for _, category in chain.pools}:
            for to in receivers:
                held[to, category] += held[giver, category] * chain.quantities[giver, to] / total
    return {key: amount for key, amount in held.items() if key[0] in chain.wards}


def differences(con: duckdb.DuckDBPyConnection, models: CompiledModels, chain: Chain) -> list[int]:
    """Fen between the models and the triangular system in money, per ward and category; the totals of both are equal."""
    exact = triangular(chain)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (_, to, _, category), fen in allocate(con, models, chain).items():
        found[to, category] += fen
    for category in CATEGORIES:
        whole = sum(fen for (_, c), fen in chain.pools.items() if c == category)
        assert sum(found[ward, category] for ward in chain.wards) == whole
    return [abs(found[key] - math.floor(amount + Fraction(1, 2))) for key, amount in exact.items()]


@pytest.mark.parametrize("seed", range(1, 6))
def test_step_down_solves_the_triangular_system(
    costing_models: CompiledModels, con: duckdb.DuckDBPyConnection, seed: int
) -> None:
    """Fourteen centres give to ten wards; what a ward gets of a category is within 0.03 yuan of the direct solution.

    It is a sum of fourteen roundings, each by less than a fen up or down, with a standard deviation of 1.1 fen.
    """
    found = differences(con, costing_models, random_chain(random.Random(seed), 14, 10))
    assert len(found) == 10 * len(CATEGORIES)
    assert max(found) <= 3


def test_a_chain_of_a_hundred_centres(costing_models: CompiledModels, con: duckdb.DuckDBPyConnection) -> None:
    assert max(differences(con, costing_models, random_chain(random.Random(1), 100, 10))) <= 8
