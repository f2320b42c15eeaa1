"""A small sample region in memory, as DuckDB tables per hospital and contract table."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest

from orchestration.sample.months import HospitalSample
from orchestration.sample.settings import HOSPITAL_IDS, Settings, month_start

SETTINGS = Settings(scale=3_000, months=3)


@pytest.fixture(scope="session")
def region() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every contract table with the rows of both hospitals and three months; `delivered_in` is the month folder."""
    parts: dict[str, list[pa.Table]] = {}

    def keep(name: str, table: pa.Table, month: str | None) -> None:
        stamped = table.append_column("delivered_in", pa.repeat(pa.scalar(month, pa.string()), table.num_rows))
        parts.setdefault(name, []).append(stamped)

    for hospital_id in HOSPITAL_IDS:
        sample = HospitalSample.build(hospital_id, SETTINGS)
        for name, table in sample.reference_tables().items():
            keep(name, table, None)
        for number in SETTINGS.month_numbers:
            month = str(month_start(number))[:7]
            sample.write_month(number, lambda name, table, month=month: keep(name, table, month))
    con = duckdb.connect()
    for name, tables in parts.items():
        con.register(f"{name}_rows", pa.concat_tables(tables))
        con.execute(f"create table {name} as select * from {name}_rows")
    yield con
    con.close()


@pytest.fixture
def rows(region):
    """Runs a query and returns its rows; the usual test is that there are none."""
    return lambda query: region.execute(query).fetchall()
