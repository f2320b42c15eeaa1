"""The mapping of one hospital: one YAML file, validated, with errors that name the line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from orchestration.contract import Contract, Table, load_contract
from orchestration.errors import ConfigurationError, Place
from orchestration.sources.yaml_lines import Document, read_yaml

SCHEMA_FILE = Path(__file__).with_name("mapping.schema.json")


@dataclass(frozen=True)
class Crosswalk:
    """A CSV file that translates codes."""

    file: str
    source: str
    target: str
    encoding: str = "utf-8"


@dataclass(frozen=True)
class ColumnMapping:
    """Where one contract column comes from: a source column, a constant, the row number or the month."""

    column: str | None = None
    constant: str | None = None
    is_row_number: bool = False
    is_month_start: bool = False
    format: str | None = None
    value_map: MappingType[str, str | None] | None = None
    crosswalk: Crosswalk | None = None
    unmapped: str = "reject"


@dataclass(frozen=True)
class Connection:
    """A database URL, or a folder of files that SQL may read."""

    name: str
    url: str | None = None
    folder: Path | None = None
    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True)
class TableMapping:
    """Where one contract table comes from: exactly one of table, query and file is set."""

    name: str
    columns: MappingType[str, ColumnMapping]
    connection: str | None = None
    table: str | None = None
    query: str | None = None
    file: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    where: str | None = None
    month_filter: str | None = None
    round_money: bool = False
    unmapped_columns: str = "reject"


@dataclass(frozen=True)
class Mapping:
    """Everything one mapping file says."""

    path: Path
    hospital_id: str | None
    delivers: frozenset[str] | None
    connections: MappingType[str, Connection] = field(default_factory=dict)
    tables: MappingType[str, TableMapping] = field(default_factory=dict)
    months: tuple[str, str] | None = None

    @property
    def folder(self) -> Path:
        """Where relative names of the mapping start."""
        return self.path.parent


@cache
def mapping_schema() -> dict[str, Any]:
    """The JSON schema of a mapping file."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def load_mapping(path: Path) -> Mapping:
    """Read and validate one mapping; ConfigurationError names the file and the line of every kind of mistake."""
    document = read_yaml(path)
    content = {} if document.content is None else document.content
    validator = jsonschema.Draft202012Validator(mapping_schema())
    errors = sorted(validator.iter_errors(content), key=lambda e: (len(e.absolute_path), str(e.json_path)))
    if errors:
        raise _schema_error(document, jsonschema.exceptions.best_match(errors) or errors[0])
    mapping = _build(path, content)
    _check_names(document, mapping, load_contract())
    return mapping


def _schema_error(document: Document, error: jsonschema.ValidationError) -> ConfigurationError:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        path += tuple(k for k in error.instance if k not in error.schema.get("properties", ()))[:1]
    where = ".".join(str(part) for part in path) or "the file"
    problem = error.message
    if "columns" in error.absolute_path and isinstance(error.instance, bool | int | float):
        problem = f"YAML reads the name as {error.instance!r}; put it in quotes"
    return ConfigurationError(
        f"The mapping is not valid at {where}: {problem}",
        zh=f"映射文件不符合格式：{where}",
        rule="MAP-01",
        place=Place(str(document.path), row=document.line(path)),
        remedy="Compare the entry with docs/mapping.md and run casemix check.",
    )


def _build(path: Path, content: dict[str, Any]) -> Mapping:
    defaults = content.get("defaults", {})
    connections = {name: _connection(path, name, entry) for name, entry in content.get("connections", {}).items()}
    rounds = content.get("round_money", False)
    tables = {name: _table(name, entry, defaults, rounds) for name, entry in content.get("tables", {}).items()}
    delivers = content.get("delivers")
    months = content.get("months")
    return Mapping(
        path=path,
        hospital_id=content.get("hospital_id"),
        delivers=frozenset(delivers) if delivers is not None else (frozenset(tables) if tables else None),
        connections=connections,
        tables=tables,
        months=(months["from"], months["to"]) if months else None,
    )


def _connection(path: Path, name: str, entry: dict[str, Any]) -> Connection:
    url = entry.get("url") or (_environment(path, entry["url_env"]) if "url_env" in entry else None)
    folder = None
    if "folder" in entry or "folder_env" in entry:
        base = Path(_environment(path, entry["folder_env"])) if "folder_env" in entry else path.parent
        folder = base / entry.get("folder", ".")
    return Connection(name, url, folder, entry.get("encoding", "utf-8"), entry.get("delimiter", ","))


def _environment(path: Path, name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(
            f"The mapping needs the environment variable {name}, which is not set.",
            zh=f"映射所需环境变量 {name} 未设置",
            rule="MAP-02",
            place=Place(str(path)),
            remedy=f"Set {name} and run again.",
        )
    return value


def _table(name: str, entry: dict[str, Any], defaults: dict[str, Any], rounds: bool) -> TableMapping:
    return TableMapping(
        name=name,
        columns={column: _column(spec) for column, spec in entry["columns"].items()},
        connection=entry.get("connection", None if "file" in entry else defaults.get("connection")),
        table=entry.get("table"),
        query=entry.get("query"),
        file=entry.get("file"),
        sheet=entry.get("sheet"),
        encoding=entry.get("encoding", defaults.get("encoding", "utf-8")),
        delimiter=entry.get("delimiter", defaults.get("delimiter", ",")),
        where=entry.get("where"),
        month_filter=entry.get("month_filter"),
        round_money=entry.get("round_money", rounds),
        unmapped_columns=entry.get("unmapped_columns", defaults.get("unmapped_columns", "reject")),
    )


def _column(spec: str | dict[str, Any]) -> ColumnMapping:
    if isinstance(spec, str):
        return ColumnMapping(column=spec)
    walk = spec.get("crosswalk")
    constant = spec.get("constant")
    return ColumnMapping(
        column=spec.get("column"),
        constant=None if constant is None else _as_text(constant),
        is_row_number="row_number" in spec,
        is_month_start="month_start" in spec,
        format=spec.get("format"),
        value_map=spec.get("value_map"),
        crosswalk=Crosswalk(walk["file"], walk["from"], walk["to"], walk.get("encoding", "utf-8")) if walk else None,
        unmapped=spec.get("unmapped", "reject"),
    )


def _as_text(constant: str | float | bool) -> str:
    return str(constant).lower() if isinstance(constant, bool) else str(constant)


def _check_names(document: Document, mapping: Mapping, contract: Contract) -> None:
    for name, table in mapping.tables.items():
        if name not in contract:
            raise _name_error(document, ("tables", name), f"{name} is not a contract table")
        _check_columns(document, table, contract[name])
        if table.connection is not None and table.connection not in mapping.connections:
            raise _name_error(
                document, ("tables", name), f"{name} names the connection {table.connection}, which is not declared"
            )
        if table.file is None and table.connection is None:
            raise _name_error(document, ("tables", name), f"{name} needs a connection")
    for name in sorted(mapping.delivers or ()):
        if name not in contract:
            raise _name_error(document, ("delivers",), f"{name} is not a contract table")
        if mapping.tables and name not in mapping.tables:
            raise _name_error(document, ("delivers",), f"{name} is delivered but has no entry under tables")


def _check_columns(document: Document, table: TableMapping, contract: Table) -> None:
    for column in table.columns:
        if column not in contract.column_names:
            raise _name_error(
                document, ("tables", table.name, "columns", column), f"{table.name} has no contract column {column}"
            )
    needed = [c.name for c in contract.columns if not c.nullable and c.name != "hospital_id" and c.name not in table.columns]
    if needed:
        raise _name_error(
            document, ("tables", table.name, "columns"), f"{table.name} lacks required columns: {', '.join(needed)}"
        )


def _name_error(document: Document, path: tuple[str, ...], message: str) -> ConfigurationError:
    return ConfigurationError(
        f"The mapping cannot be used: {message}.",
        zh="映射文件中的表名、列名或连接名有误",
        rule="MAP-01",
        place=Place(str(document.path), row=document.line(path)),
        remedy="Correct the name; docs/mapping.md and the source contract list what exists.",
    )
