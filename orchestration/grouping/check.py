"""The rules of the pack format that look at meaning, each answering with file and row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from orchestration.grouping import pack as form
from orchestration.grouping.files import RawPack, read_files
from orchestration.grouping.findings import Finding, PackRefused

READABLE = {"PACK-05", "PACK-06", "PACK-07"}
WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
NOT_NEGATIVE = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
COUNTED = re.compile(r"(?P<prefix>.+/):(?P<least>[1-9]\d{0,3})", re.ASCII)


def check_pack(folder: Path) -> list[Finding]:
    """Everything wrong with a pack folder; empty when it can be imported."""
    return examine(folder)[1]


def examine(folder: Path) -> tuple[RawPack, list[Finding]]:
    """The rows of a pack and all findings; meaning is checked only when every file can be read.

    A wrong value often breaks the order of the rows too, so findings about order come last.
    """
    raw, findings = read_files(folder)
    if all(found.rule in READABLE for found in findings):
        findings += [found for rule in (_scheme, _groups, _terms, _ambiguous, _complications) for found in rule(raw)]
    return raw, sorted(findings, key=lambda found: found.rule == "PACK-06")


def require(folder: Path) -> RawPack:
    """The rows of a pack without a finding; raises PackRefused otherwise."""
    raw, findings = examine(folder)
    if findings:
        raise PackRefused(folder.name, findings)
    return raw


def _scheme(raw: RawPack) -> Iterator[Finding]:
    rows = raw.rows["scheme.csv"]
    yield from _repeated("scheme.csv", rows, lambda row: row[0], "PACK-07", "key")
    for number, (key, value) in enumerate(rows, start=2):
        if key not in form.SCHEME_KEYS:
            yield Finding("PACK-08", f"{key} is no property of a pack", "scheme.csv", number, "key")
        elif not value and key != "notes":
            yield Finding("PACK-08", f"{key} is empty", "scheme.csv", number, "value")
    for key in sorted(set(form.SCHEME_KEYS) - {row[0] for row in rows}):
        yield Finding("PACK-08", f"{key} is missing", "scheme.csv")


def _groups(raw: RawPack) -> Iterator[Finding]:
    rows = raw.rows["group.csv"]
    known = {(row[0], row[1]) for row in rows}
    yield from _repeated("group.csv", rows, lambda row: (row[0], row[1]), "PACK-07", "code")
    yield from _repeated("group.csv", rows, lambda row: (row[0], row[2], row[5]), "PACK-13", "rule_order")
    for number, row in enumerate(rows, start=2):
        for rule, column, message in _group_faults(row, known):
            yield Finding(rule, message, "group.csv", number, column)


def _group_faults(row: list[str], known: set[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    level, code, parent, _, kind, order, weight = row
    if level not in form.LEVELS:
        yield "PACK-09", "level", f"{level} is no level ({', '.join(form.LEVELS)})"
        return
    parent_level = form.PARENT_LEVEL.get(level)
    if parent_level is None and parent:
        yield "PACK-10", "parent_code", f"mdc {code} cannot have the parent {parent}"
    elif parent_level and (parent_level, parent) not in known:
        yield "PACK-10", "parent_code", f"{level} {code} needs a parent of level {parent_level}; there is no {parent or 'parent'}"
    if level == "adrg" and kind not in form.KINDS:
        yield "PACK-11", "kind", f"the kind of an adrg is one of {', '.join(form.KINDS)}"
    elif level != "adrg" and kind:
        yield "PACK-11", "kind", f"only an adrg has a kind, not {level} {code}"
    if not WHOLE.fullmatch(order):
        yield "PACK-12", "rule_order", f"{order} is no whole number"
    if weight and not NOT_NEGATIVE.fullmatch(weight):
        yield "PACK-14", "relative_weight", f"{weight} is no weight"


def _terms(raw: RawPack) -> Iterator[Finding]:
    rows = raw.rows["term.csv"]
    known = {(row[0], row[1]) for row in raw.rows["group.csv"]}
    sets = {row[0] for row in raw.rows["code_set.csv"]}
    for number, row in enumerate(rows, start=2):
        for rule, column, message in _term_faults(row, known, sets):
            yield Finding(rule, message, "term.csv", number, column)
    yield from _gaps(rows)


def _term_faults(row: list[str], known: set[tuple[str, str]], sets: set[str]) -> Iterator[tuple[str, str, str]]:
    level, code, _, field, operator, operand = row
    if (level, code) not in known:
        yield "PACK-16", "code", f"there is no group {level} {code}"
    if field not in (*form.CODE_FIELDS, *form.NUMBER_FIELDS, form.COMPLICATION):
        yield "PACK-18", "field", f"{field} is no field"
    elif operator not in _operators(field):
        yield "PACK-19", "operator", f"{operator} cannot be asked of {field}; possible: {' '.join(_operators(field))}"
    else:
        yield from _operand_faults(operator, operand, sets)


def _operators(field: str) -> tuple[str, ...]:
    if field in form.CODE_FIELDS:
        return (*form.SET_OPERATORS, form.COUNT_OPERATOR)
    return form.NUMBER_OPERATORS if field in form.NUMBER_FIELDS else (form.HAS_OPERATOR,)


def _operand_faults(operator: str, operand: str, sets: set[str]) -> Iterator[tuple[str, str, str]]:
    if operator in form.SET_OPERATORS and operand not in sets:
        yield "PACK-20", "operand", f"there is no code set {operand}"
    if operator in form.NUMBER_OPERATORS and not NUMBER.fullmatch(operand):
        yield "PACK-22", "operand", f"{operand} is no number"
    if operator == form.HAS_OPERATOR:
        named = operand.split("|")
        if not set(named) <= set(form.COMPLICATION_LEVELS) or len(named) != len(set(named)):
            yield "PACK-23", "operand", f"{operand} does not name complication levels ({', '.join(form.COMPLICATION_LEVELS)})"
    if operator == form.COUNT_OPERATOR:
        counted = COUNTED.fullmatch(operand)
        if counted is None:
            yield "PACK-21", "operand", f"{operand} must read prefix/:n with a whole n of at least 1"
            return
        found = sum(name.startswith(counted["prefix"]) for name in sets)
        if found < int(counted["least"]):
            yield (
                "PACK-21",
                "operand",
                f"only {found} code sets are named {counted['prefix']}…, so {counted['least']} cannot be hit",
            )


def _gaps(rows: list[list[str]]) -> Iterator[Finding]:
    """Alternatives of one group count 1, 2, 3 …; rows are sorted, so each repeats the last number or is the next."""
    last: dict[tuple[str, str], int] = {}
    for number, (level, code, alternative, *_) in enumerate(rows, start=2):
        before = last.get((level, code), 0)
        value = int(alternative) if WHOLE.fullmatch(alternative) else -1
        if value < 1 or value not in (before, before + 1):
            message = f"alternative {alternative} of {level} {code} does not follow {before}"
            yield Finding("PACK-17", message, "term.csv", number, "alternative")
        last[level, code] = value


def _ambiguous(raw: RawPack) -> Iterator[Finding]:
    rows = raw.rows["group.csv"]
    with_term = {(row[0], row[1]) for row in raw.rows["term.csv"]}
    for number, row in enumerate(rows, start=2):
        if row[4] != "ambiguous":
            continue
        children = [child[1] for child in rows if child[0] == "drg" and child[2] == row[1]]
        if children != [row[1]] or ("drg", row[1]) in with_term:
            message = f"ambiguous {row[1]} needs exactly one drg row of the same code, without a term"
            yield Finding("PACK-15", message, "group.csv", number, "kind")
        if not _stands_between(row, rows):
            message = f"ambiguous {row[1]} must stand after the surgical and procedure groups and before the medical ones"
            yield Finding("PACK-15", message, "group.csv", number, "rule_order")


def _stands_between(row: list[str], rows: list[list[str]]) -> bool:
    siblings = [
        (int(other[5]), other[4]) for other in rows if other[0] == "adrg" and other[2] == row[2] and WHOLE.fullmatch(other[5])
    ]
    order = int(row[5]) if WHOLE.fullmatch(row[5]) else 0
    return all(at < order for at, kind in siblings if kind in {"surgical", "procedure"}) and all(
        at > order for at, kind in siblings if kind == "medical"
    )


def _complications(raw: RawPack) -> Iterator[Finding]:
    rows = raw.rows["complication.csv"]
    yield from _repeated("complication.csv", rows, lambda row: row[0], "PACK-07", "code")
    for number, row in enumerate(rows, start=2):
        if row[1] not in form.COMPLICATION_LEVELS:
            yield Finding("PACK-23", f"{row[1]} is no complication level", "complication.csv", number, "level")
    yield from _repeated(
        "complication_exclusion.csv", raw.rows["complication_exclusion.csv"], lambda row: row[1], "PACK-24", "principal_code"
    )


def _repeated(
    file: str, rows: Iterable[list[str]], key: Callable[[list[str]], object], rule: str, column: str
) -> Iterator[Finding]:
    seen: Counter[object] = Counter()
    for number, row in enumerate(rows, start=2):
        seen[key(row)] += 1
        if seen[key(row)] > 1:
            yield Finding(rule, f"{column} {row[form.FILES[file].index(column)]} appears again", file, number, column)
