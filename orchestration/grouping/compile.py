"""Flatten a pack into one list of paths and the bit strings that find the first path of a case.

A path is one alternative each of an MDC, an ADRG and a DRG rule; paths are numbered in the order they are tried, so
the group of a case is the path of the lowest number all of whose predicates hold. Bit n of a mask stands for path n:
1 = "not refused by what this mask looked at". The AND of the masks of a case has its first 1 at the path of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import product
from operator import or_
from typing import NamedTuple

from orchestration.grouping.pack import (
    COMPLICATION,
    COMPLICATION_LEVELS,
    COUNT_OPERATOR,
    DIAGNOSIS_FIELDS,
    NO_GROUP,
    NUMBER_FIELDS,
    PROCEDURE_FIELDS,
    SET_OPERATORS,
    Group,
    Pack,
    Predicate,
)

SINGLE_FIELDS = ("principal_diagnosis", "main_procedure")
HIT_FIELDS = {"diagnosis": ("any_diagnosis", "other_diagnosis"), "procedure": ("any_procedure",)}
ROLE_FIELDS = {
    "principal_diagnosis": ("any_diagnosis",),
    "other_diagnosis": ("any_diagnosis", "other_diagnosis"),
    "main_procedure": ("any_procedure",),
    "other_procedure": ("any_procedure",),
}


@dataclass(frozen=True)
class Path:
    """One way through the pack; alternative 0 = the group has no rule; drg_alternative 0 with `0000` = no DRG rule held."""

    mdc: str
    adrg: str
    drg: str
    alternatives: tuple[int, int, int]
    kind: str
    predicates: frozenset[Predicate]

    @property
    def rule(self) -> str:
        """The deciding rule as text: code and alternative of each level."""
        codes = (self.mdc, self.adrg, self.drg)
        return "/".join(f"{code}.{number}" if number else code for code, number in zip(codes, self.alternatives, strict=True))


class CodeFact(NamedTuple):
    """What a code means in one role: class for single-code predicates, bits of sets hit, complication bits, exclusion table."""

    role: str
    code: str
    class_no: int = 0
    hits: int = 0
    complication_hits: int = 0
    exclusion_no: int = 0


@dataclass(frozen=True)
class NumberRange:
    """Whole numbers low..high (None = open) of a field that satisfy the same predicates.

    The places of the classes of all number fields add up to one number that tells every combination of classes apart.
    """

    field: str
    low: int | None
    high: int | None
    class_no: int
    place: int


@dataclass(frozen=True)
class HitRule:
    """A predicate over many codes: refuses the paths of its guard unless at_least <= hits counted <= at_most."""

    codes: str
    bits: int
    at_least: int
    at_most: int
    mask: int


@dataclass(frozen=True)
class Hits:
    """The bits of what all codes of a case hit: one per (field, set) of many-code predicates, then one per complication level."""

    sets: Mapping[tuple[str, str], int]

    @property
    def levels(self) -> Mapping[str, int]:
        """Bit of each complication level."""
        return {level: len(self.sets) + number for number, level in enumerate(COMPLICATION_LEVELS)}

    @property
    def width(self) -> int:
        """How many bits there are."""
        return len(self.sets) + len(COMPLICATION_LEVELS)

    def of_kind(self, kind: str) -> int:
        """The bits diagnoses can set, complication levels included, or those procedures can set."""
        bits = sum(1 << bit for (name, _), bit in self.sets.items() if name in HIT_FIELDS[kind])
        return bits | sum(1 << bit for bit in self.levels.values()) if kind == "diagnosis" else bits


@dataclass(frozen=True)
class CompiledPack:
    """A pack in the shape the SQL works on. Masks and bit sets are integers whose bit 0 is path 0 or set 0."""

    pack: Pack
    paths: tuple[Path, ...]
    codes: tuple[CodeFact, ...]
    class_masks: Mapping[tuple[str, int], int]
    ranges: tuple[NumberRange, ...]
    hit_rules: tuple[HitRule, ...]
    hits: Hits


def compile_pack(pack: Pack) -> CompiledPack:
    """Everything the grouping query needs, computed once per pack."""
    paths = tuple(flatten(pack))
    guards = _guards(paths)
    everything = (1 << len(paths)) - 1
    masks: dict[tuple[str, int], int] = {}
    classes = {name: _code_classes(pack, name, guards, everything, masks) for name in SINGLE_FIELDS}
    ranges = _all_number_ranges(guards, everything, masks)
    hits = Hits(_set_bits(pack, guards))
    return CompiledPack(
        pack=pack,
        paths=paths,
        codes=tuple(_code_facts(pack, classes, hits)),
        class_masks=masks,
        ranges=ranges,
        hit_rules=tuple(_hit_rules(pack, hits, guards, everything)),
        hits=hits,
    )


def flatten(pack: Pack) -> Iterator[Path]:
    """Paths in the order they are tried."""
    for mdc in pack.children("mdc"):
        for adrg in pack.children("adrg", mdc.code):
            heads = list(product(_alternatives(pack, mdc), _alternatives(pack, adrg)))
            for drg in pack.children("drg", adrg.code):
                for (mdc_alternative, adrg_alternative), drg_alternative in product(heads, _alternatives(pack, drg)):
                    yield _path(mdc, adrg, drg.code, (mdc_alternative, adrg_alternative, drg_alternative))
            for mdc_alternative, adrg_alternative in heads:
                yield _path(mdc, adrg, NO_GROUP, (mdc_alternative, adrg_alternative, (0, ())))


Alternative = tuple[int, tuple[Predicate, ...]]


def _alternatives(pack: Pack, group: Group) -> list[Alternative]:
    return sorted(pack.rules.get((group.level, group.code), {0: ()}).items())


def _path(mdc: Group, adrg: Group, drg: str, parts: tuple[Alternative, Alternative, Alternative]) -> Path:
    numbers = (parts[0][0], parts[1][0], parts[2][0])
    predicates = frozenset(predicate for _, predicates in parts for predicate in predicates)
    return Path(mdc.code, adrg.code, drg, numbers, adrg.kind, predicates)


def _guards(paths: Iterable[Path]) -> dict[Predicate, int]:
    """Per distinct predicate the paths that ask it."""
    guards: dict[Predicate, int] = {}
    for number, path in enumerate(paths):
        for predicate in path.predicates:
            guards[predicate] = guards.get(predicate, 0) | 1 << number
    return dict(sorted(guards.items(), key=lambda item: str(item[0])))


def sets_of(pack: Pack, predicate: Predicate) -> list[str]:
    """Names of the sets a code predicate looks at."""
    return [predicate.operand] if predicate.operator in SET_OPERATORS else pack.sets_with_prefix(predicate.counted_sets[0])


def bounds(pack: Pack, predicate: Predicate) -> tuple[int, int]:
    """Least and most sets a case may hit so that a code predicate holds."""
    every = len(sets_of(pack, predicate))
    if predicate.operator == COUNT_OPERATOR:
        return predicate.counted_sets[1], every
    return (1, every) if predicate.operator == "in_set" else (0, 0)


def _remaining(guards: Mapping[Predicate, int], held: Mapping[Predicate, bool], everything: int) -> int:
    refused = 0
    for predicate, holds in held.items():
        if not holds:
            refused |= guards[predicate]
    return everything & ~refused


def _code_classes(
    pack: Pack, name: str, guards: Mapping[Predicate, int], everything: int, masks: dict[tuple[str, int], int]
) -> dict[str, int]:
    """Number the sets of codes that satisfy the same predicates of a single-code field; class 0 = hits none of its sets."""
    predicates = [one for one in guards if one.field == name]
    names = sorted({one for predicate in predicates for one in sets_of(pack, predicate)})
    members: dict[str, list[str]] = {}
    for one in names:
        for code in pack.code_sets[one]:
            members.setdefault(code, []).append(one)
    numbers: dict[tuple[str, ...], int] = {(): 0}
    classes = {code: numbers.setdefault(tuple(hit), len(numbers)) for code, hit in sorted(members.items())}
    questions = [(frozenset(sets_of(pack, one)), *bounds(pack, one), guards[one]) for one in predicates]
    users: dict[str, set[int]] = {}
    for index, (sets, *_) in enumerate(questions):
        for one in sets:
            users.setdefault(one, set()).add(index)
    unhit = [guard if least > 0 else 0 for _, least, _, guard in questions]
    for hit, number in numbers.items():
        asked = set().union(*(users[one] for one in hit))
        refused = reduce(or_, (guard for index, guard in enumerate(unhit) if index not in asked), 0)
        for sets, least, most, guard in (questions[index] for index in asked):
            refused |= 0 if least <= len(sets.intersection(hit)) <= most else guard
        masks[name, number] = everything & ~refused
    return classes


def _all_number_ranges(
    guards: Mapping[Predicate, int], everything: int, masks: dict[tuple[str, int], int]
) -> tuple[NumberRange, ...]:
    ranges: list[NumberRange] = []
    step = 1
    for name in NUMBER_FIELDS:
        found = list(_number_ranges(name, step, guards, everything, masks))
        step *= 1 + max((one.class_no for one in found), default=0)
        ranges += found
    return tuple(ranges)


def _number_ranges(
    name: str, step: int, guards: Mapping[Predicate, int], everything: int, masks: dict[tuple[str, int], int]
) -> Iterator[NumberRange]:
    """Cut the whole numbers at the operands of a field; class 0 = missing, which satisfies nothing."""
    predicates = [one for one in guards if one.field == name]
    masks[name, 0] = _remaining(guards, dict.fromkeys(predicates, False), everything)
    cuts = sorted({one.number for one in predicates})
    edges = sorted({edge for cut in cuts for edge in _edges(cut)})
    lows: list[int | None] = [None, *edges]
    highs: list[int | None] = [*(edge - 1 for edge in edges), None]
    numbers: dict[int, int] = {}
    for low, high in zip(lows, highs, strict=True):
        sample = Decimal(low if low is not None else high if high is not None else 0)
        mask = _remaining(guards, {one: compare(sample, one) for one in predicates}, everything)
        class_no = numbers.setdefault(mask, len(numbers) + 1)
        masks[name, class_no] = mask
        if predicates:
            yield NumberRange(name, low, high, class_no, class_no * step)


def _edges(cut: Decimal) -> tuple[int, int]:
    """First whole number not below the cut and first one above it."""
    floor = int(cut.to_integral_value(rounding="ROUND_FLOOR"))
    return (floor if floor == cut else floor + 1), floor + 1


def compare(value: Decimal | None, predicate: Predicate) -> bool:
    """Whether a number predicate holds; a missing value never satisfies."""
    if value is None:
        return False
    operand = predicate.number
    answers = {
        "<": value < operand,
        "<=": value <= operand,
        ">": value > operand,
        ">=": value >= operand,
        "=": value == operand,
    }
    return answers[predicate.operator]


def _set_bits(pack: Pack, guards: Mapping[Predicate, int]) -> dict[tuple[str, str], int]:
    """Number every (field, set) that a many-code predicate looks at."""
    fields = {name for names in HIT_FIELDS.values() for name in names}
    used = {(one.field, name) for one in guards if one.field in fields for name in sets_of(pack, one)}
    return {key: number for number, key in enumerate(sorted(used))}


def _code_facts(pack: Pack, classes: Mapping[str, Mapping[str, int]], bits: Hits) -> Iterator[CodeFact]:
    tables = {table: number for number, table in enumerate(sorted(set(pack.exclusions.values())), start=1)}
    levels = bits.levels
    for role, fields in ROLE_FIELDS.items():
        hits: dict[str, int] = {}
        for (name, code_set), bit in bits.sets.items():
            if name in fields:
                for code in pack.code_sets[code_set]:
                    hits[code] = hits.get(code, 0) | 1 << bit
        known = set(hits) | set(classes.get(role, {}))
        known |= set(pack.exclusions) if role == "principal_diagnosis" else set()
        known |= set(pack.complications) if role == "other_diagnosis" else set()
        of_role = classes.get(role, {})
        for code in sorted(known):
            complication, table = _complication(pack, role, code, levels)
            yield CodeFact(role, code, of_role.get(code, 0), hits.get(code, 0), complication, tables.get(table, 0))


def _complication(pack: Pack, role: str, code: str, levels: Mapping[str, int]) -> tuple[int, str]:
    """Bit of the complication level of a code and its exclusion table; of a principal diagnosis, the table that lists it."""
    if role == "principal_diagnosis":
        return 0, pack.exclusions.get(code, "")
    if role == "other_diagnosis" and code in pack.complications:
        level, table = pack.complications[code]
        return 1 << levels[level], table
    return 0, ""


def _hit_rules(pack: Pack, hits: Hits, guards: Mapping[Predicate, int], everything: int) -> Iterator[HitRule]:
    for predicate, guard in guards.items():
        mask = everything & ~guard
        if predicate.field == COMPLICATION:
            yield HitRule("diagnosis", sum(1 << hits.levels[level] for level in predicate.levels), 1, hits.width, mask)
        elif predicate.field in DIAGNOSIS_FIELDS + PROCEDURE_FIELDS and predicate.field not in SINGLE_FIELDS:
            kind = "diagnosis" if predicate.field in HIT_FIELDS["diagnosis"] else "procedure"
            wanted = sum(1 << hits.sets[predicate.field, name] for name in sets_of(pack, predicate))
            least, most = bounds(pack, predicate)
            yield HitRule(kind, wanted, least, most, mask)
