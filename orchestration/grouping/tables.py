"""Write compiled packs as the `pack` source of the dbt project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.contract import load_pack_tables
from orchestration.grouping.compile import CompiledPack, compile_pack
from orchestration.grouping.pack import Pack

SCHEMA = "policy"
UNBOUNDED = 2**62
Records = Iterator[tuple[Any, ...]]


def write_packs(con: duckdb.DuckDBPyConnection, packs: Iterable[Pack], schema: str = SCHEMA) -> None:
    """Fill the pack tables of a database with these packs, replacing what they held.

    Keys are given in the order of (scheme, version), so the same packs always get the same keys.
    """
    ordered = sorted(packs, key=lambda pack: (pack.scheme, pack.version))
    compiled = [(key, compile_pack(pack)) for key, pack in enumerate(ordered, start=1)]
    for name, columns in load_pack_tables().items():
        rows = [row for key, pack in compiled for row in _ROWS[name](key, pack)]
        _write(con, f'{schema}."{name}"', columns, rows)


def _write(con: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column}" {data_type}' for column, data_type in columns.items())
    con.execute(f"create or replace table {relation} ({names})")
    if not rows:
        return
    arrow = pa.table({column: pa.array(values) for column, values in zip(columns, zip(*rows, strict=True), strict=True)})
    con.register("pack_rows", arrow)
    casts = ", ".join(f'cast("{column}" as {data_type})' for column, data_type in columns.items())
    con.execute(f"insert into {relation} select {casts} from pack_rows")
    con.unregister("pack_rows")


@lru_cache(maxsize=4096)
def bits(members: int, width: int) -> str:
    """A set of small numbers as text; member 0 is the leftmost character."""
    return format(members, f"0{width}b")[::-1]


def _packs(key: int, compiled: CompiledPack) -> Records:
    pack, widths = compiled.pack, compiled.widths
    mcc = widths["diagnosis"] - 2
    yield (
        key,
        pack.scheme,
        pack.version,
        pack.sha256,
        bits((1 << widths["paths"]) - 1, widths["paths"]),
        bits(0, widths["diagnosis"]),
        bits(0, widths["procedure"]),
        bits(1 << mcc, widths["diagnosis"]),
        bits(1 << mcc + 1, widths["diagnosis"]),
    )


def _groups(key: int, compiled: CompiledPack) -> Records:
    for group in compiled.pack.groups:
        weight = None if group.relative_weight is None else str(group.relative_weight)
        yield key, group.level, group.code, group.parent_code or None, group.name, group.kind or None, group.rule_order, weight


def _paths(key: int, compiled: CompiledPack) -> Records:
    for number, path in enumerate(compiled.paths, start=1):
        yield key, number, path.mdc, path.adrg, path.drg, path.kind, path.rule


def _codes(key: int, compiled: CompiledPack) -> Records:
    for fact in compiled.codes:
        width = compiled.widths["diagnosis" if fact.role.endswith("diagnosis") else "procedure"]
        counted = bits(fact.hits | fact.complication_hits, width)
        yield key, fact.role, fact.code, fact.class_no, bits(fact.hits, width), counted, fact.exclusion_no


def _ranges(key: int, compiled: CompiledPack) -> Records:
    for one in compiled.ranges:
        low = -UNBOUNDED if one.low is None else one.low
        high = UNBOUNDED if one.high is None else one.high
        yield key, one.field, low, high, one.class_no


def _masks(key: int, compiled: CompiledPack) -> Records:
    for (name, class_no), mask in compiled.class_masks.items():
        yield key, name, class_no, bits(mask, compiled.widths["paths"])


def _hit_rules(key: int, compiled: CompiledPack) -> Records:
    for rule in compiled.hit_rules:
        width = compiled.widths[rule.codes]
        yield key, rule.codes, bits(rule.bits, width), rule.at_least, rule.at_most, bits(rule.mask, compiled.widths["paths"])


_ROWS: dict[str, Callable[[int, CompiledPack], Records]] = {
    "pack": _packs,
    "pack_group": _groups,
    "pack_path": _paths,
    "pack_code": _codes,
    "pack_range": _ranges,
    "pack_mask": _masks,
    "pack_hit_rule": _hit_rules,
}
