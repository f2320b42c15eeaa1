"""Strict casts from source columns to contract columns, as SQL expressions.

A cast never guesses: a value that is not written as the contract says makes `failure` true and `reason` names what is
wrong (a key of `issues.REASONS`). `value` is only right for rows without failure. Empty and unlisted values of the
electronic medical record are let through: the front-page rules quarantine the case instead of stopping the hospital.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestration.contract import Column, Table
from orchestration.sources.part import Part, RawColumn
from orchestration.sources.text import is_code, literal

INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
FLOATS = {"FLOAT", "DOUBLE"}
ZONELESS = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
FIRST_REAL_DAY = "1900-01-02"
OPEN_TEXT = ("emr",)
EXACT = "decimal(24,6)"


@dataclass(frozen=True)
class Cast:
    """SQL of one contract column: the typed value, whether a row breaks a rule, and which rule."""

    column: Column
    label: str
    value: str
    failure: str
    reason: str


def strange_text(raw: RawColumn) -> str:
    """A cheap predicate for texts that may need normalising: not ASCII, empty, a dash, or blank at an end."""
    x = raw.expression
    return f"strlen({x}) <> length({x}) or {x} in ('', '-') or {x} like ' %' or {x} like '% '"


def cast_column(table: Table, column: Column, part: Part, *, is_plain: bool = False) -> Cast:
    """The cast of one contract column of a part; a nullable column the part does not have is null.

    `is_plain` says that no text of the column is strange, so that it can be taken as it is.
    """
    raw = part.columns.get(column.name)
    if raw is None:
        return Cast(column, column.name, f"cast(null as {column.data_type})", "false", "null")
    value, failure, reason = (raw.expression, "false", "null") if is_plain else _typed(table, column, part, raw)
    checks = [(failure, reason)] if failure != "false" else []
    if raw.unmapped:
        checks.insert(0, (raw.unmapped, "'CROSS'"))
    if not column.nullable and (table.source not in OPEN_TEXT or column.name in table.key):
        checks.append((f"({value}) is null", "'EMPTY'"))
    if column.values and table.source not in OPEN_TEXT:
        codes = ", ".join(literal(v) for v in column.values)
        checks.append((f"({value}) not in ({codes})", "'LIST'"))
    return Cast(column, raw.label, value, _any(checks), _case(checks))


def _any(checks: list[tuple[str, str]]) -> str:
    return " or ".join(f"coalesce({failure}, false)" for failure, _ in checks) or "false"


def _case(checks: list[tuple[str, str]]) -> str:
    return "case " + " ".join(f"when {failure} then {reason}" for failure, reason in checks) + " end" if checks else "null"


def _typed(table: Table, column: Column, part: Part, raw: RawColumn) -> tuple[str, str, str]:
    kind = column.contract_type
    if kind == "text":
        return _text(table, column, part, raw)
    if kind == "date":
        return _date(table, column, raw)
    if kind == "timestamp":
        return _timestamp(table, column, raw)
    if kind == "bool":
        return _bool(table, raw)
    return _number(table, column, part, raw)


def _filled(table: Table, expression: str) -> str:
    """The trimmed text, null when empty; on a front page a dash means nothing to fill."""
    filled = f"nullif(trim({expression}), '')"
    return f"nullif(nullif({filled}, '-'), '－')" if table.source == "emr" else filled


def _mismatch(column: Column, rule: str = "F11") -> tuple[str, str, str]:
    return f"cast(null as {column.data_type})", "true", f"'{rule}'"


def _text(table: Table, column: Column, part: Part, raw: RawColumn) -> tuple[str, str, str]:
    x = raw.expression
    if raw.data_type in INTEGERS and part.is_number_allowed_as_text:
        return f"cast({x} as varchar)", "false", "null"
    if raw.data_type != "VARCHAR":
        return _mismatch(column)
    normal = f"case when strlen({x}) = length({x}) then {x} else nfkc({x}) end" if is_code(column) else x
    value = _filled(table, normal)
    checks = []
    if raw.cell_kind:
        checks.append((f"{raw.cell_kind} <> 'text'", "'F14'"))
    if column.name in table.key or is_code(column):
        checks.append((f"strlen({x}) <> length({x}) and (contains({x}, '�') or contains({x}, '锟斤拷'))", "'F03'"))
    return value, _any(checks), _case(checks)


def _date(table: Table, column: Column, raw: RawColumn) -> tuple[str, str, str]:
    x = raw.expression
    if raw.data_type == "DATE":
        return _sentinel(table, column, x, "false", "null")
    if raw.data_type in ZONELESS:
        return _sentinel(table, column, f"cast({x} as date)", f"{x} <> date_trunc('day', {x})", "'F15'")
    if raw.data_type != "VARCHAR":
        return _mismatch(column, "F27" if raw.data_type == "TIMESTAMP WITH TIME ZONE" else "F11")
    s = _filled(table, x)
    if raw.date_format:
        value = f"try_cast(try_strptime({s}, {literal(raw.date_format)}) as date)"
        return _sentinel(table, column, value, f"{s} is not null and {value} is null", _date_reason(s, raw))
    value = f"try_cast(left({s}, 10) as date)"
    shape = rf"not regexp_full_match({s}, '{DAY}([ T]00:00(:00(\.0+)?)?)?')"
    return _sentinel(table, column, value, f"{s} is not null and ({shape} or {value} is null)", _date_reason(s, raw))


def _timestamp(table: Table, column: Column, raw: RawColumn) -> tuple[str, str, str]:
    x = raw.expression
    if raw.data_type in ZONELESS or raw.data_type == "DATE":
        return _sentinel(table, column, f"cast({x} as timestamp)", "false", "null")
    if raw.data_type != "VARCHAR":
        return _mismatch(column, "F27" if raw.data_type == "TIMESTAMP WITH TIME ZONE" else "F11")
    s = _filled(table, x)
    if raw.date_format:
        value = f"try_cast(try_strptime({s}, {literal(raw.date_format)}) as timestamp)"
        return _sentinel(table, column, value, f"{s} is not null and {value} is null", _date_reason(s, raw))
    value = f"try_cast({s} as timestamp)"
    shape = f"not regexp_full_match({s}, '{DAY}[ T]{CLOCK}')"
    return _sentinel(table, column, value, f"{s} is not null and ({shape} or {value} is null)", _date_reason(s, raw))


def _sentinel(table: Table, column: Column, value: str, failure: str, reason: str) -> tuple[str, str, str]:
    """Refuse placeholder days such as 1900-01-01, except where validity starts."""
    if table.is_reference or column.name.startswith("valid_"):
        return value, failure, reason
    checks = [(failure, reason)] if failure != "false" else []
    checks.append((f"({value}) < date '{FIRST_REAL_DAY}'", "'F15'"))
    return value, _any(checks), _case(checks)


def _date_reason(s: str, raw: RawColumn) -> str:
    number_cell = f"when {raw.cell_kind} = 'number' then 'F14' " if raw.cell_kind else ""
    zone = rf"regexp_matches({s}, '[0-9]{{2}}:[0-9]{{2}}(:[0-9.]+)? ?(Z|[+-][0-9]{{2}}:?([0-9]{{2}})?)$')"
    return f"case {number_cell}when {zone} then 'F27' else 'F15' end"


def _bool(table: Table, raw: RawColumn) -> tuple[str, str, str]:
    x = raw.expression
    if raw.data_type == "BOOLEAN":
        return x, "false", "null"
    if raw.data_type in INTEGERS:
        return f"({x} = 1)", f"{x} not in (0, 1)", "'F11'"
    s = f"lower({_filled(table, f'cast({x} as varchar)')})"
    return f"({s} in ('true', '1'))", f"{s} not in ('true', 'false', '1', '0')", "'F11'"


def _number(table: Table, column: Column, part: Part, raw: RawColumn) -> tuple[str, str, str]:
    x, target = raw.expression, EXACT if _rounds(column, part) else column.data_type
    if raw.data_type in INTEGERS:
        return f"try_cast({x} as {target})", f"{x} is not null and try_cast({x} as {target}) is null", "'F11'"
    if raw.data_type.startswith("DECIMAL"):
        value = f"try_cast({x} as {target})"
        inexact = "false" if _rounds(column, part) else f"{x} <> {value}"
        return value, f"{x} is not null and ({value} is null or {inexact})", "'F13'"
    if raw.data_type not in FLOATS | {"VARCHAR"}:
        return _mismatch(column)
    s = _filled(table, x if raw.data_type == "VARCHAR" else f"cast({x} as varchar)")
    value = f"try_cast({s} as {target})"
    shape = _number_shape(column, part, is_float=raw.data_type in FLOATS or raw.cell_kind is not None)
    failure = f"{s} is not null and ({value} is null or not regexp_full_match({s}, '{shape}'))"
    return value, failure, _number_reason(s, column)


def scale(column: Column) -> int:
    """Decimals of a numeric contract column; 0 for whole numbers."""
    match = re.fullmatch(r"decimal\(\d+,\s*(\d+)\)", column.data_type, re.IGNORECASE)
    return int(match.group(1)) if match else 0


def _rounds(column: Column, part: Part) -> bool:
    return part.round_money and column.contract_type == "money"


def _number_shape(column: Column, part: Part, *, is_float: bool) -> str:
    if _rounds(column, part):
        return r"-?[0-9]+(\.[0-9]+)?"
    if column.contract_type == "int":
        return r"-?[0-9]+(\.0+)?" if is_float else "-?[0-9]+"
    return rf"-?[0-9]+(\.[0-9]{{1,{scale(column)}}}0*)?"


def _number_reason(s: str, column: Column) -> str:
    dressed = rf"{s} = '-' or regexp_matches({s}, '[,，￥¥$()（）０-９．－＋%]')"
    plain = rf"regexp_full_match({s}, '-?[0-9]+\.[0-9]+')"
    more = rf"regexp_full_match({s}, '-?[0-9]+\.[0-9]{{{scale(column)}}}[0-9]*[1-9]0*')"
    return f"case when {dressed} then 'F12' when {plain} and {more} then 'F13' else 'F11' end"
