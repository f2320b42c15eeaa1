"""A release as an account sees it that reads aggregates only: the rule of the server, on the file of the release.

Rows about fewer persons than the policy's `min_cell` are not there, in whatever a page sums or joins, so pages need no rule of
their own.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb

from cockpit.reader import DuckDBReader
from orchestration.home import Home
from orchestration.policy.folder import PARAMETER, load_policy
from orchestration.privacy.smallest_cell import smallest_cell
from orchestration.privacy.visitor import Visitor
from orchestration.release.catalogue import load_marts
from orchestration.release.record import read_record
from orchestration.release.serving import LOCKED
from orchestration.release.warehouse import WAREHOUSE_FILE
from orchestration.run.settings import read_settings
from orchestration.serving.postgres.cells import cell_size_sql

PUBLISHED = "published"
TABLES = """
select schema_name, table_name, list(column_name order by column_index)
from duckdb_columns()
where database_name = ? and not internal and schema_name <> 'bi'
group by all
order by all
"""


class AggregateReader(DuckDBReader):
    """The warehouse file of a release without rows about fewer than `smallest` persons."""

    def __init__(self, folder: Path, smallest: int) -> None:
        self._con = duckdb.connect()
        path = str(folder / WAREHOUSE_FILE).replace("'", "''")
        self._con.execute(f"attach '{path}' as {PUBLISHED} (read_only)")
        marts = load_marts()
        for schema, name, columns in self._con.execute(TABLES, [PUBLISHED]).fetchall():
            mart = marts.get(f"{schema}.{name}")
            known = mart and replace(mart, columns=tuple(column for column in mart.columns if column.name in columns))
            size = cell_size_sql(known, f"{PUBLISHED}.") if known else "cast(null as bigint)"
            enough = f"coalesce({size}, {smallest}) >= {smallest}"
            self._con.execute(f"create schema if not exists {schema}")
            self._con.execute(f"create view {schema}.{name} as select * from {PUBLISHED}.{schema}.{name} as mart where {enough}")
        for setting, value in LOCKED.items():
            self._con.execute(f"set {setting} = '{value}'")


def smallest_shown(home: Home, folder: Path, visitor: Visitor) -> int | None:
    """Persons a row must be about for the visitor: the most any hospital of the release asks for; None: any number."""
    return _smallest_of_all(home, folder) if visitor.reads_aggregates else None


@cache
def _smallest_of_all(home: Home, folder: Path) -> int:
    parameters = load_policy(read_settings(home).policy).rows[PARAMETER]
    hospitals = {month["hospital_id"] for month in read_record(folder).content["months"]}
    return max(smallest_cell(parameters, hospital_id) for hospital_id in hospitals)


def open_reader(folder: Path, smallest: int | None) -> DuckDBReader:
    """A reader of a release, of aggregates where there is a smallest cell."""
    return DuckDBReader(folder) if smallest is None else AggregateReader(folder, smallest)
