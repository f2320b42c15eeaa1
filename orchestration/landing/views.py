"""The landing schema of a run: views over an explicit list of verified files, and what the run knows about them."""

from __future__ import annotations

import duckdb

from orchestration.contract import Table, load_contract
from orchestration.landing.model import LandedFile, LandedMonth, LandedTable
from orchestration.sources.text import identifier, literal


def create_landing_views(con: duckdb.DuckDBPyConnection, landed: LandedMonth) -> None:
    """Replace the empty landing tables by views and fill run.batch, run.control_total and run.delivery."""
    for table in load_contract():
        accepted = landed.tables[table.name]
        if accepted.files:
            name = f"landing.{identifier(table.name)}"
            con.execute(f"drop table if exists {name}")
            con.execute(f"create or replace view {name} as {view_sql(table, accepted)}")
    for name in ("batch", "control_total", "delivery"):
        con.execute(f"delete from run.{name}")
    for file_table in landed.tables.values():
        for file in file_table.files:
            _describe(con, file_table.name, file)
    con.executemany(
        "insert into run.delivery (table_name, is_delivered, landed_rows) values (?, ?, ?)",
        [[t.name, t.is_delivered, t.rows] for t in landed.tables.values()],
    )


def view_sql(table: Table, accepted: LandedTable) -> str:
    """Rows of the accepted files with their address; of a corrected key only the row of the latest batch."""
    columns = ", ".join(identifier(c.name) for c in table.columns)
    rows = "\nunion all\n".join(
        f"select {columns}, cast({file.batch_key} as integer) as batch_key, source_row from read_parquet({literal(str(file.path))})"
        for file in accepted.files
    )
    if not accepted.has_corrections:
        return rows
    key = ", ".join(identifier(k) for k in table.key)
    return f"select * from (\n{rows}\n)\nqualify row_number() over (partition by {key} order by batch_key desc, source_row desc) = 1"


def _describe(con: duckdb.DuckDBPyConnection, table: str, file: LandedFile) -> None:
    con.execute(
        "insert into run.batch (batch_key, batch_id, table_name, source_name, source_sha256, landed_sha256, received_rows, landed_rows, "
        "duplicate_rows, min_business_date, max_business_date, sequence_no, sequence_count) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            file.batch_key,
            file.batch_id,
            table,
            file.source_name,
            file.source_sha256,
            file.landed_sha256,
            file.received_rows,
            file.landed_rows,
            file.duplicate_rows,
            file.min_business_date,
            file.max_business_date,
            file.sequence_no,
            file.sequence_count,
        ],
    )
    for column, (landed, declared, difference) in file.control.items():
        con.execute(
            "insert into run.control_total (batch_key, table_name, column_name, landed_sum, declared_sum, rounding_difference) "
            "values (?, ?, ?, ?, ?, ?)",
            [file.batch_key, table, column, landed, declared, difference],
        )
