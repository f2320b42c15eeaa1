"""Read the contract from the dbt project's YAML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.contract.model import Column, Contract, Table
from orchestration.home import DBT_PROJECT

SOURCE_SYSTEMS = ("his", "emr", "ledger", "insurer", "performance")


@cache
def load_contract(project: Path = DBT_PROJECT) -> Contract:
    """Tables a hospital delivers, in the order of the source files."""
    return Contract({t.name: t for system in SOURCE_SYSTEMS for t in _tables(_source_file(project, system))})


@cache
def load_policy_contract(project: Path = DBT_PROJECT) -> Contract:
    """Tables of a policy folder."""
    return Contract({t.name: t for t in _tables(_source_file(project, "policy"))})


@cache
def load_run_tables(project: Path = DBT_PROJECT) -> dict[str, dict[str, str]]:
    """Tables of the run schema: name to column name to DuckDB type."""
    (source,) = _read(_source_file(project, "run"))["sources"]
    return {t["name"]: {c["name"]: c["data_type"] for c in t["columns"]} for t in source["tables"]}


@cache
def load_pack_tables(project: Path = DBT_PROJECT) -> dict[str, dict[str, str]]:
    """Tables of compiled grouper packs: name to column name to DuckDB type."""
    (source,) = _read(_source_file(project, "pack"))["sources"]
    return {t["name"]: {c["name"]: c["data_type"] for c in t["columns"]} for t in source["tables"]}


@cache
def load_history_tables(project: Path = DBT_PROJECT) -> tuple[str, ...]:
    """Names of the marts a run reads back."""
    (source,) = _read(_source_file(project, "history"))["sources"]
    return tuple(t["name"] for t in source["tables"])


@cache
def load_mart_columns(project: Path = DBT_PROJECT) -> dict[str, dict[str, str]]:
    """Published marts, those with enforced contracts and those the orchestration writes: name to column name to DuckDB type."""
    marts: dict[str, dict[str, str]] = {}
    for path in sorted((project / "models" / "marts").rglob("*.yml")):
        document = _read(path)
        written = [table for source in document.get("sources", []) for table in source["tables"]]
        for mart in [*document.get("models", []), *written]:
            marts[mart["name"]] = {c["name"]: c["data_type"] for c in mart["columns"]}
    return marts


def _source_file(project: Path, system: str) -> Path:
    return project / "models" / "staging" / system / f"_{system}__sources.yml"


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - both loaders are safe ones


def _tables(path: Path) -> list[Table]:
    (source,) = _read(path)["sources"]
    return [_table(source["name"], entry) for entry in source["tables"]]


def _table(source: str, entry: dict[str, Any]) -> Table:
    meta = entry["config"]["meta"]
    return Table(
        source=source,
        name=entry["name"],
        zh=meta["zh"],
        description=entry["description"],
        key=tuple(meta["key"]),
        columns=tuple(_column(c) for c in entry["columns"]),
        delivery=meta.get("delivery"),
        month_column=meta.get("month_column"),
        may_be_absent=meta.get("may_be_absent", False),
        posts_late=meta.get("posts_late", False),
    )


def _column(entry: dict[str, Any]) -> Column:
    meta = entry["config"]["meta"]
    return Column(
        name=entry["name"],
        contract_type=meta["contract_type"],
        data_type=entry["data_type"],
        nullable=meta["nullable"],
        pii=meta["pii"],
        zh=meta["zh"],
        description=entry["description"],
        values=tuple(str(v) for v in meta.get("values", ())),
        pseudonym=meta.get("pseudonym"),
    )
