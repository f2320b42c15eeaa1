"""Gate models without a dbt run per test: dbt compiles once, each test executes the SQL of the models it needs."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.csv as csv
from dbt.cli.main import dbtRunner

from orchestration.contract import load_policy_contract
from orchestration.home import DBT_PROJECT, DEFAULT_POLICY
from orchestration.run.private import create_private_database

POLICY = ("gate", "gate_waiver", "code_list", "parameter")


@dataclass(frozen=True)
class Model:
    """Compiled SQL of one model."""

    relation: str
    materialized: str
    sql: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Models:
    """Compiled models by name, in an order in which they can be built."""

    by_name: dict[str, Model]

    def build(self, warehouse: Path, *wanted: str) -> None:
        """Execute the wanted models and everything they read."""
        needed = self._with_parents(wanted)
        with duckdb.connect(str(warehouse)) as con:
            for name, model in self.by_name.items():
                if name in needed:
                    kind = "view" if model.materialized == "view" else "table"
                    con.execute(f"create or replace {kind} {model.relation} as {model.sql}")

    def rebuild(self, warehouse: Path, name: str) -> None:
        """Execute one model again, after a test changed what it reads."""
        with duckdb.connect(str(warehouse)) as con:
            con.execute(f"create or replace table {self.by_name[name].relation} as {self.by_name[name].sql}")

    def _with_parents(self, wanted: tuple[str, ...]) -> set[str]:
        found: set[str] = set()
        queue = list(wanted)
        while queue:
            name = queue.pop()
            if name not in found:
                found.add(name)
                queue.extend(self.by_name[name].parents)
        return found


def compile_models(folder: Path, select: str) -> Models:
    """Compile the selected models and their parents against a private database in the folder."""
    warehouse = folder / "warehouse.duckdb"
    create_private_database(warehouse).close()
    os.environ["CASEMIX_WAREHOUSE"] = str(warehouse)
    arguments = ["--quiet", "compile", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder), "--select", select]
    result = dbtRunner().invoke(arguments)
    assert result.success, result.exception
    nodes = {r.node.unique_id: r.node for r in result.result.results if r.node.resource_type == "model"}
    models = {
        node.name: Model(
            relation=node.relation_name,
            materialized=node.config.materialized,
            sql=node.compiled_code,
            parents=tuple(nodes[p].name for p in node.depends_on.nodes if p in nodes),
        )
        for node in nodes.values()
    }
    close_dbt_connections()
    return Models(_ordered(models))


def close_dbt_connections() -> None:
    """dbt-duckdb keeps the file open for writing until told otherwise."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _ordered(models: dict[str, Model]) -> dict[str, Model]:
    ordered: dict[str, Model] = {}

    def visit(name: str) -> None:
        if name not in ordered:
            for parent in models[name].parents:
                visit(parent)
            ordered[name] = models[name]

    for name in sorted(models):
        visit(name)
    return ordered


def create_warehouse(folder: Path) -> Path:
    """A private database with the default policy of the gates and a row of every schema the models write to."""
    warehouse = folder / "warehouse.duckdb"
    with create_private_database(warehouse) as con:
        for schema in ("staging", "conformed", "audit"):
            con.execute(f"create schema {schema}")
        for name in POLICY:
            rows = csv.read_csv(
                DEFAULT_POLICY / f"{name}.csv",
                convert_options=csv.ConvertOptions(
                    column_types={c.name: "string" for c in load_policy_contract()[name].columns}, strings_can_be_null=True
                ),
            )
            con.register("given", rows)
            con.execute(f"insert into policy.{name} by name select * from given")
            con.unregister("given")
    return warehouse


def copy_warehouse(warehouse: Path, folder: Path) -> Path:
    """A copy under the same file name, because relations are named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(warehouse, folder / warehouse.name))
