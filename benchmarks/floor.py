"""The floor: the least work a month of charges can cost in raw DuckDB.

Reads every charge once, joins item and department, aggregates three ways and writes the narrow detail once.
The month's build, gates and publish are reported as a ratio to it.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import duckdb

DIMENSIONS = """
create table item as
select item_id, row_number() over (order by item_id)::integer as item_key from (select distinct item_id from charge);
create table department as
select dept_id, row_number() over (order by dept_id)::integer as dept_key
from (select ordering_dept_id as dept_id from charge union select executing_dept_id from charge);
create table encounter as
select encounter_id, row_number() over (order by encounter_id)::integer as encounter_key
from (select distinct encounter_id from charge);
"""
DETAIL = """
create table detail as
select
    (c.encounter_type = 'inpatient') as is_inpatient,
    n.encounter_key,
    i.item_key,
    o.dept_key as ordering_dept_key,
    e.dept_key as executing_dept_key,
    c.quantity,
    c.amount,
    c.source_row
from charge as c
inner join encounter as n on c.encounter_id = n.encounter_id
inner join item as i on c.item_id = i.item_id
inner join department as o on c.ordering_dept_id = o.dept_id
inner join department as e on c.executing_dept_id = e.dept_id
"""
AGGREGATES = {
    "by_item": "select item_key, sum(quantity) as quantity, sum(amount) as amount from detail group by item_key",
    "by_department": "select ordering_dept_key, executing_dept_key, is_inpatient, sum(amount) as amount from detail group by all",
    "by_encounter": "select is_inpatient, encounter_key, sum(amount) as amount from detail group by all",
}


def run_floor(charges: Path, folder: Path, threads: int = 2) -> dict[str, float]:
    """Time the floor on landed charges (Parquet with source_row): seconds of wall and CPU, peak memory in GiB."""
    target = folder / "floor.duckdb"
    target.unlink(missing_ok=True)
    started, cpu = time.perf_counter(), time.process_time()
    con = duckdb.connect(str(target), config={"threads": threads})
    con.execute(f"create view charge as select * from read_parquet('{charges}')")
    con.execute(DIMENSIONS)
    con.execute(DETAIL)
    for name, query in AGGREGATES.items():
        con.execute(f"create table {name} as {query}")
    con.close()
    target.unlink()
    return {
        "wall_s": time.perf_counter() - started,
        "cpu_s": time.process_time() - cpu,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("charges", type=Path, help="landed Parquet file of charges")
    parser.add_argument("folder", type=Path, help="where to write the scratch database")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    print(json.dumps({"duckdb": duckdb.__version__} | run_floor(arguments.charges, arguments.folder, arguments.threads)))
