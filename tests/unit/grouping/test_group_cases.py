"""The set-based query: literal cases for every kind of rule, and equality with the plain grouper on any pack."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.grouping import Pack, load_pack
from orchestration.grouping.command import side_by_side
from orchestration.grouping.engine import Engine
from orchestration.grouping.pack import Group, Predicate, Term
from tests.unit.grouping.plain_grouper import NUMBERS, PlainCase, case_batch, group_plainly, levels_that_count
from tests.unit.grouping.small_pack import write_pack

FEW = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def small_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(write_pack(tmp_path_factory.mktemp("pack")))


def grouped(pack: Pack, cases: list[PlainCase]) -> list[dict[str, str]]:
    with closing(Engine(pack)) as engine:
        return engine.group(case_batch(cases)).to_pylist()


def groups(pack: Pack, cases: list[PlainCase]) -> list[tuple[str | None, str | None, str]]:
    return [(row["mdc"], row["adrg"], row["drg"]) for row in grouped(pack, cases)]


LITERAL = {
    "main procedure in set": (PlainCase(("B01",), ("40.0",)), "MDCB/AB15", "MDCB.1/AB1.1/AB15"),
    "MCC that counts": (PlainCase(("B02", "C01"), ("40.0",)), "MDCB/AB11", "MDCB.1/AB1.1/AB11.1"),
    "MCC excluded by the principal diagnosis": (PlainCase(("B01", "C01"), ("40.0",)), "MDCB/AB15", "MDCB.1/AB1.1/AB15"),
    "complication without a table always counts": (PlainCase(("B01", "C03")), "MDCB/AR11", "MDCB.1/AR1.1/AR11.1"),
    "both of two procedures, in any place": (PlainCase(("B01",), ("9", "40.2", "40.1")), "MDCB/AB15", "MDCB.1/AB1.2/AB15"),
    "one of two procedures": (PlainCase(("B01", "C02"), ("9", "40.2")), "MDCB/AR11", "MDCB.1/AR1.1/AR11.1"),
    "ambiguous": (PlainCase(("B01",), ("9", "40.9")), "MDCB/AQY", "MDCB.1/AQY.1/AQY"),
    "no DRG of the ADRG": (PlainCase(("B01",)), "MDCB/0000", "MDCB.1/AR1.1/0000"),
    "second alternative of the MDC": (PlainCase(("X", "B99", "C03"), (), {"sex": 2}), "MDCB/AR11", "MDCB.2/AR1.1/AR11.1"),
    "other diagnosis is not the principal": (PlainCase(("B99", "C03"), (), {"sex": 2}), "None/0000", None),
    "number that does not match": (PlainCase(("X", "B99"), (), {"sex": 1}), "None/0000", None),
    "number that is missing": (PlainCase(("X", "B99")), "None/0000", None),
    "newborn on the limits": (
        PlainCase((), (), {"age_years": 0, "age_days": 28, "birth_weight_g": 2499}),
        "MDCP/PS13",
        "MDCP.1/PS1.1/PS13",
    ),
    "newborn beyond the limits": (PlainCase((), (), {"age_years": 0, "age_days": 28, "birth_weight_g": 2500}), "None/0000", None),
    "two of three body sites": (
        PlainCase(("S00", "S40"), ("40.0",), {"length_of_stay_days": 2}),
        "MDCZ/ZB19",
        "MDCZ.1/ZB1.1/ZB19.1",
    ),
    "two codes of one site": (PlainCase(("S00", "S01"), ("40.0",)), "None/0000", None),
    "an MDC whose ADRGs refuse is passed over": (PlainCase(("B01", "S00", "S40", "C03")), "MDCB/AR11", "MDCB.1/AR1.1/AR11.1"),
    "nothing known": (PlainCase(), "None/0000", None),
}


@pytest.fixture(scope="module")
def literal_rows(small_pack: Pack) -> dict[str, dict[str, str]]:
    return dict(zip(LITERAL, grouped(small_pack, [case for case, _, _ in LITERAL.values()]), strict=True))


@pytest.mark.parametrize("name", LITERAL)
def test_each_kind_of_rule(literal_rows: dict[str, dict[str, str]], name: str) -> None:
    _, expected, rule = LITERAL[name]
    row = literal_rows[name]
    assert (f"{row['mdc']}/{row['drg']}", row["rule"]) == (expected, rule)
    assert row["status"] == {"AQY": "ambiguous", "0000": "ungrouped"}.get(row["drg"], "grouped")


DIAGNOSES = [f"D{n}" for n in range(7)]
PROCEDURES = [f"P{n}" for n in range(5)]
SETS = ("set/a", "set/b", "set/c", "other")
codes = st.sampled_from([*DIAGNOSES, *PROCEDURES])
predicates = st.one_of(
    st.builds(
        Predicate,
        st.sampled_from(["principal_diagnosis", "other_diagnosis", "any_diagnosis", "main_procedure", "any_procedure"]),
        st.sampled_from(["in_set", "not_in_set"]),
        st.sampled_from(SETS),
    ),
    st.builds(
        Predicate,
        st.sampled_from(["principal_diagnosis", "other_diagnosis", "any_diagnosis", "main_procedure", "any_procedure"]),
        st.just("count_sets_at_least"),
        st.sampled_from(["set/:1", "set/:2", "set/:3"]),
    ),
    st.builds(
        Predicate,
        st.sampled_from(NUMBERS),
        st.sampled_from(["<", "<=", ">", ">=", "="]),
        st.sampled_from(["-1", "0", "1", "1.5", "3"]),
    ),
    st.builds(Predicate, st.just("complication"), st.just("has"), st.sampled_from(["MCC", "CC", "CC|MCC"])),
)
rules = st.lists(st.lists(predicates, min_size=1, max_size=3), max_size=2)
cases = st.builds(
    PlainCase,
    st.lists(st.sampled_from([*DIAGNOSES, "unknown"]), max_size=4).map(tuple),
    st.lists(st.sampled_from([*PROCEDURES, "unknown"]), max_size=3).map(tuple),
    st.dictionaries(st.sampled_from(NUMBERS), st.integers(-2, 4), max_size=6),
)


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    found: list[Group] = []
    for mdc in range(draw(st.integers(1, 3))):
        found.append(Group("mdc", f"M{mdc}", "", "m", "", 9 - mdc, None))
        for adrg in range(draw(st.integers(0, 3))):
            found.append(Group("adrg", f"A{mdc}{adrg}", f"M{mdc}", "a", "medical", 9 - adrg, None))
            for drg in range(draw(st.integers(0, 2))):
                found.append(Group("drg", f"D{mdc}{adrg}{drg}", f"A{mdc}{adrg}", "d", "", 9 - drg, None))
    terms = [
        Term(group.level, group.code, number, predicate)
        for group in found
        for number, alternative in enumerate(draw(rules), start=1)
        for predicate in dict.fromkeys(alternative)
    ]
    return Pack(
        scheme_values={"scheme": "RANDOM", "version": "1"},
        groups=tuple(found),
        terms=tuple(terms),
        code_sets={name: draw(st.frozensets(codes, min_size=1, max_size=4)) for name in SETS},
        complications=draw(
            st.dictionaries(
                st.sampled_from(DIAGNOSES), st.tuples(st.sampled_from(["MCC", "CC"]), st.sampled_from(["", "1", "2"]))
            )
        ),
        exclusions=draw(st.dictionaries(st.sampled_from(DIAGNOSES), st.sampled_from(["1", "2", "3"]))),
        sha256="0" * 64,
    )


@FEW
@given(packs(), st.lists(cases, min_size=1, max_size=60))
def test_query_equals_the_plain_grouper(pack: Pack, some: list[PlainCase]) -> None:
    rows = grouped(pack, some)
    assert [(row["mdc"], row["adrg"], row["drg"]) for row in rows] == [group_plainly(pack, case) for case in some]
    for row, case in zip(rows, some, strict=True):
        assert row["complication"] == next((one for one in ("MCC", "CC") if one in levels_that_count(pack, case)), "none")


@FEW
@given(packs(), st.lists(cases, min_size=1, max_size=60), st.randoms())
def test_order_changes_nothing(pack: Pack, some: list[PlainCase], chance: random.Random) -> None:
    rows = grouped(pack, some)
    order = list(range(len(some)))
    chance.shuffle(order)
    shuffled = grouped(pack, [some[at] for at in order])
    assert [{**row, "case_id": ""} for row in shuffled] == [{**rows[at], "case_id": ""} for at in order]


@FEW
@given(packs(), st.lists(cases, min_size=1, max_size=60), st.integers(1, 4), st.integers(1, 20))
def test_threads_and_batch_size_change_nothing(pack: Pack, some: list[PlainCase], threads: int, size: int) -> None:
    whole = case_batch(some)
    batches = [whole.slice(start, size) for start in range(0, len(some), size)]
    with closing(Engine(pack, threads)) as engine:
        parts = pa.concat_tables(side_by_side(engine, batches))
        assert parts.equals(engine.group(whole).combine_chunks())


@FEW
@given(
    st.lists(cases, min_size=1, max_size=20),
    st.sampled_from(NUMBERS),
    st.sampled_from(["<", "<=", ">", ">=", "="]),
    st.integers(-3, 5),
)
def test_a_missing_number_never_satisfies(some: list[PlainCase], name: str, how: str, operand: int) -> None:
    pack = _one_rule(Predicate(name, how, str(operand)))
    without = [replace(case, numbers={k: v for k, v in case.numbers.items() if k != name}) for case in some]
    assert set(groups(pack, without)) == {(None, None, "0000")}


def _one_rule(predicate: Predicate) -> Pack:
    members = (Group("mdc", "M", "", "m", "", 1, None), Group("adrg", "A", "M", "a", "medical", 1, None))
    terms = (Term("adrg", "A", 1, predicate),)
    return Pack({"scheme": "ONE", "version": "1"}, members, terms, {}, {}, {}, "0" * 64)


@FEW
@given(packs(), st.lists(cases, min_size=1, max_size=20), st.lists(predicates, max_size=2))
def test_a_rule_after_the_deciding_one_changes_nothing(pack: Pack, some: list[PlainCase], asked: list[Predicate]) -> None:
    """An MDC after all others, and in each ADRG a DRG after all others."""
    later = [Group("mdc", "later", "", "later", "", 99, None), Group("adrg", "last", "later", "last", "medical", 1, None)]
    later += [Group("drg", f"{g.code}x", g.code, "later", "", 99, None) for g in pack.groups if g.level == "adrg"]
    terms = [Term(g.level, g.code, 1, predicate) for g in later for predicate in dict.fromkeys(asked)]
    extended = replace(pack, groups=(*pack.groups, *later), terms=(*pack.terms, *terms))
    for before, after in zip(groups(pack, some), groups(extended, some), strict=True):
        if before[2] != "0000":
            assert after == before
