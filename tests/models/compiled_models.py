"""Run compiled models on a private database without dbt, so that a test can build a small month in a blink."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home import DBT_PROJECT
from orchestration.run.private import create_private_database

DATABASE = "warehouse.duckdb"


@dataclass(frozen=True)
class CompiledModels:
    """Statements of the chosen models by name, in the order in which they may be built."""

    statements: Mapping[str, str]

    def build(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create every model; an existing one is replaced."""
        for statement in self.statements.values():
            con.execute(statement)

    def build_only(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        """Create one model again."""
        con.execute(self.statements[name])


def compile_project(folder: Path) -> None:
    """Let dbt compile every model against an empty private database in `folder`."""
    create_private_database(folder / DATABASE).close()
    command = ["-c", "from dbt.cli.main import cli; cli()", "compile"]
    paths = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(folder / "target")]
    environment = os.environ | {"CASEMIX_WAREHOUSE": str(folder / DATABASE), "DBT_LOG_PATH": str(folder / "logs")}
    subprocess.run([sys.executable, *command, *paths], env=environment, check=True, capture_output=True, text=True)


def compiled_nodes(folder: Path) -> list[Mapping[str, Any]]:
    """Compiled models of a folder in the order in which they may be built."""
    manifest = json.loads((folder / "target" / "manifest.json").read_bytes())
    models = {
        key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model" and node.get("compiled_code")
    }
    parents = {key: [p for p in node["depends_on"]["nodes"] if p in models] for key, node in models.items()}
    return [models[key] for key in TopologicalSorter(parents).static_order()]


def compiled_models(project: Path, select: str) -> CompiledModels:
    """Models of a compiled project, selected as dbt selects: by name, `fqn:` or folder; a `+` before takes the parents too."""
    nodes = compiled_nodes(project)
    wanted: set[str] = set()
    for node in nodes:
        path = ".".join(node["fqn"])
        for pattern in select.split():
            plain = pattern.removeprefix("+").removeprefix("fqn:").replace("models/", "casemix.").replace("/", ".")
            if plain == node["name"] or fnmatch(path, plain) or path.startswith(f"{plain}."):
                wanted.add(node["unique_id"])
                if pattern.startswith("+"):
                    wanted |= _ancestors(node, nodes)
    return CompiledModels({node["name"]: _statement(node) for node in nodes if node["unique_id"] in wanted})


def _ancestors(node: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]]) -> set[str]:
    by_id = {other["unique_id"]: other for other in nodes}
    found: set[str] = set()
    queue = list(node["depends_on"]["nodes"])
    while queue:
        parent = queue.pop()
        if parent in by_id and parent not in found:
            found.add(parent)
            queue.extend(by_id[parent]["depends_on"]["nodes"])
    return found


def _statement(node: Mapping[str, Any]) -> str:
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    statement = f'create or replace {kind} {node["schema"]}."{node["alias"]}" as {node["compiled_code"]}'
    if node["config"]["meta"].get("is_stored_plain"):
        return f"set force_compression = 'uncompressed'; {statement}; reset force_compression"
    return statement


def open_month(folder: Path, month_start: date, next_month_start: date) -> duckdb.DuckDBPyConnection:
    """An empty private database with one scope row."""
    con = create_private_database(folder / DATABASE)
    for schema in ("staging", "conformed", "costing", "grouping", "costed", "grouped", "audit"):
        con.execute(f"create schema if not exists {schema}")
    con.execute("insert into run.scope values ('H1', ?, ?, null, 'policy', false)", [month_start, next_month_start])
    return con


def insert(con: duckdb.DuckDBPyConnection, relation: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given by column name; landing rows get an address."""
    for number, row in enumerate(rows, start=2):
        values = dict(row)
        if relation.startswith("landing."):
            values |= {"hospital_id": "H1", "batch_key": 1, "source_row": number}
        marks = ", ".join("?" * len(values))
        con.execute(f"insert into {relation} ({', '.join(values)}) values ({marks})", list(values.values()))


def fetch(con: duckdb.DuckDBPyConnection, query: str) -> list[Sequence[Any]]:
    """All rows of a query."""
    return con.execute(query).fetchall()
