"""Which relations a release carries: the marts of the dbt project, and the leaf relations a trace walks to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.home import DBT_PROJECT
from orchestration.lineage.declaration import Declaration, load_declarations

LEAF_SCHEMA = "conformed"


@dataclass(frozen=True)
class MartColumn:
    """A published column: DuckDB type, description with its unit, Chinese label.

    `is_additive` says of an amount that it may be added up over months: a flow, not a balance, a mean or a limit.
    """

    name: str
    data_type: str
    description: str
    zh: str
    is_additive: bool = False

    @property
    def is_decimal(self) -> bool:
        """Whether the column is an exact number with decimals."""
        return self.data_type.lower().startswith("decimal")


@dataclass(frozen=True)
class Mart:
    """A published mart; columns are in contract order. `key` are the columns its rows are told apart by."""

    schema: str
    name: str
    zh: str
    description: str
    columns: tuple[MartColumn, ...]
    key: tuple[str, ...] = ()

    @property
    def relation(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def column_types(self) -> dict[str, str]:
        """Names and DuckDB types in contract order."""
        return {column.name: column.data_type for column in self.columns}


@cache
def load_marts(project: Path = DBT_PROJECT) -> dict[str, Mart]:
    """Every mart with an enforced contract by its relation name, in the order of the areas' folders."""
    marts = (mart for path in sorted((project / "models" / "marts").rglob("*.yml")) for mart in _marts(path))
    return {mart.relation: mart for mart in marts}


@cache
def load_kept() -> dict[str, str]:
    """Steps between marts that a trace walks through, by relation, each with the query that keeps it."""
    declared = (d for d in load_declarations().values() if d.is_kept)
    return {d.relation: _kept_query(d) for d in declared}


def _kept_query(declared: Declaration) -> str:
    if declared.is_kept != "summed":
        return f"select * from {declared.relation}"
    sums = ", ".join(f"sum({measure}) as {measure}" for measure in declared.measures)
    return f"select {', '.join(declared.key)}, {sums} from {declared.relation} group by all"


def _marts(path: Path) -> Iterator[Mart]:
    """Models of the file, and sources, which are marts the orchestration writes itself."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - both loaders are safe
    area = path.parent.name
    for model in content.get("models", []):
        yield _mart(area, model)
    for source in content.get("sources", []):
        for table in source["tables"]:
            yield _mart(source["schema"], table)


def _mart(schema: str, entry: dict[str, Any]) -> Mart:
    is_flow = _meta(entry).get("is_additive", True)
    return Mart(
        schema=schema,
        name=entry["name"],
        zh=_zh(entry) or entry["name"],
        description=entry.get("description", ""),
        columns=tuple(
            MartColumn(c["name"], c["data_type"], c.get("description", ""), _zh(c) or c["name"], is_flow and _is_additive(c))
            for c in entry["columns"]
        ),
        key=_key(entry),
    )


def _key(entry: dict[str, Any]) -> tuple[str, ...]:
    """Primary key of the mart, its `unique_key` test where the key may hold nulls, or the key an orchestration mart declares."""
    for constraint in entry.get("constraints", []):
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    for test in entry.get("data_tests", []):
        if isinstance(test, dict) and "unique_key" in test:
            return tuple(test["unique_key"]["arguments"]["columns"])
    return tuple(_meta(entry).get("key", ()))


def _is_additive(column: dict[str, Any]) -> bool:
    """Amounts in yuan are flows unless the column says otherwise."""
    is_amount = column["name"].endswith("_yuan") and column["data_type"].startswith("decimal")
    return bool(is_amount and _meta(column).get("is_additive", True))


def _zh(entry: dict[str, Any]) -> str | None:
    return _meta(entry).get("zh")


def _meta(entry: dict[str, Any]) -> dict[str, Any]:
    return (entry.get("config") or {}).get("meta") or {}
