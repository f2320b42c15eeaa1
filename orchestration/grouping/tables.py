"""Write compiled packs as the `pack` source of the dbt project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.contract import load_pack_tables
from orchestration.grouping.compile import SINGLE_FIELDS, CompiledPack, compile_pack
from orchestration.grouping.pack import COMPLICATION_LEVELS, NUMBER_FIELDS, Pack

SCHEMA = "policy"
UNBOUNDED = 2**62
KEYED_FIELDS = (*SINGLE_FIELDS, *NUMBER_FIELDS)
Records = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Keyed:
    """A compiled pack and the keys its rows get in a run; keys of codes and classes are unique over all packs of the run."""

    pack_key: int
    compiled: CompiledPack
    first_code_key: int
    first_class_key: int

    @cached_property
    def class_keys(self) -> Mapping[tuple[str, int], int]:
        """Key of each (field, class)."""
        return {one: self.first_class_key + number for number, one in enumerate(self.compiled.class_masks)}

    def paths(self, members: int) -> str:
        """A set of paths as text."""
        return bits(members, len(self.compiled.paths))

    def hits(self, members: int) -> str:
        """A set of hits as text."""
        return bits(members, self.compiled.hits.width)


def write_packs(con: duckdb.DuckDBPyConnection, packs: Iterable[Pack], schema: str = SCHEMA) -> None:
    """Fill the pack tables of a database with these packs, replacing what they held.

    Keys are given in the order of (scheme, version), so the same packs always get the same keys.
    """
    keyed = list(_keyed(sorted(packs, key=lambda pack: (pack.scheme, pack.version))))
    for name, columns in load_pack_tables().items():
        rows = [row for one in keyed for row in _ROWS[name](one)]
        _write(con, f'{schema}."{name}"', columns, rows)


def _keyed(packs: Iterable[Pack]) -> Iterator[Keyed]:
    codes, classes = 1, 1
    for number, pack in enumerate(packs, start=1):
        compiled = compile_pack(pack)
        yield Keyed(number, compiled, codes, classes)
        codes += len(compiled.codes)
        classes += len(compiled.class_masks)


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
    """A set of small numbers as text; member 0 is the rightmost character."""
    return format(members, f"0{width}b")


def _packs(keyed: Keyed) -> Records:
    pack, found = keyed.compiled.pack, keyed.compiled.hits
    every_path = (1 << len(keyed.compiled.paths)) - 1
    hits = (
        0,
        found.of_kind("diagnosis"),
        found.of_kind("procedure"),
        *(1 << found.levels[level] for level in COMPLICATION_LEVELS),
    )
    missing = (keyed.class_keys[name, 0] for name in KEYED_FIELDS)
    yield (
        keyed.pack_key,
        pack.scheme,
        pack.version,
        pack.sha256,
        keyed.paths(every_path),
        *(keyed.hits(one) for one in hits),
        *missing,
    )


def _groups(keyed: Keyed) -> Records:
    for group in keyed.compiled.pack.groups:
        weight = None if group.relative_weight is None else str(group.relative_weight)
        parent, kind = group.parent_code or None, group.kind or None
        yield keyed.pack_key, group.level, group.code, parent, group.name, kind, group.rule_order, weight


def _paths(keyed: Keyed) -> Records:
    for number, path in enumerate(keyed.compiled.paths, start=1):
        yield keyed.pack_key, number, path.mdc, path.adrg, path.drg, path.kind, path.rule


def _codes(keyed: Keyed) -> Records:
    width, class_keys = keyed.compiled.hits.width, keyed.class_keys
    for code_key, fact in enumerate(keyed.compiled.codes, start=keyed.first_code_key):
        class_key = class_keys.get((fact.role, fact.class_no))
        hits = bits(fact.hits, width), bits(fact.hits | fact.complication_hits, width)
        yield code_key, keyed.pack_key, fact.role, fact.code, class_key, *hits, fact.exclusion_no


def _ranges(keyed: Keyed) -> Records:
    for one in keyed.compiled.ranges:
        low = -UNBOUNDED if one.low is None else one.low
        high = UNBOUNDED if one.high is None else one.high
        yield keyed.pack_key, one.field, low, high, keyed.class_keys[one.field, one.class_no], one.place


def _classes(keyed: Keyed) -> Records:
    for (name, class_no), mask in keyed.compiled.class_masks.items():
        yield keyed.class_keys[name, class_no], keyed.pack_key, name, keyed.paths(mask)


def _hit_rules(keyed: Keyed) -> Records:
    for rule in keyed.compiled.hit_rules:
        yield keyed.pack_key, rule.codes, keyed.hits(rule.bits), rule.at_least, rule.at_most, keyed.paths(rule.mask)


_ROWS: dict[str, Callable[[Keyed], Records]] = {
    "pack": _packs,
    "pack_group": _groups,
    "pack_path": _paths,
    "pack_code": _codes,
    "pack_range": _ranges,
    "pack_class": _classes,
    "pack_hit_rule": _hit_rules,
}
