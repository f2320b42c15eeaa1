"""Share of a month's run that is spent for lineage alone: what a warehouse that explained nothing would leave out.

Writes a sample month at the asked scale and runs it up to its last gate, its models with one thread, so that the CPU seconds
between the ends of two models are those of the second. Lineage are the models that check identities and coverage, the export
of the steps kept for traces, and the address of every charge line: what writing the charges costs with it, less without.

    python -m benchmarks.lineage --charges 10000000
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.month import HOSPITAL, KEY, MONTH, write_source
from orchestration.gates import CHECKPOINTS
from orchestration.release.catalogue import load_kept
from orchestration.run.month import MonthRun, open_run
from orchestration.run.progress import Silent, reporting
from orchestration.run.settings import RunSettings

CHECKS = frozenset({"fct_reconciliation", "fct_source_coverage", "gate_lin_01", "gate_lin_02"})
CHARGES = "conformed.int_conformed__charge"
ADDRESS = ("batch_key", "source_row")
ALLOWED = 0.05
REPETITIONS = 3


class NodeClock(Silent):
    """CPU seconds of the process at the end of every model and test of a phase, and at its start."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def start(self, step: str, total: int | None) -> None:
        """A phase begins."""
        self.ends = [time.process_time()]

    def advance(self) -> None:
        """A node has ended."""
        self.ends.append(time.process_time())


def build_nodes(run: MonthRun) -> dict[str, float]:
    """Build and judge the month; CPU seconds of every model and test by name."""
    clock, seconds = NodeClock(), {}
    for checkpoint in CHECKPOINTS:
        with reporting(clock):
            nodes = run.build(checkpoint)
        spent = [end - start for start, end in zip(clock.ends, clock.ends[1:], strict=False)]
        seconds |= {node.name: cpu for node, cpu in zip(nodes, spent, strict=True)}
        run.judge(checkpoint)
    return seconds


def copied(con: duckdb.DuckDBPyConnection, queries: list[str], target: Path) -> float:
    """CPU seconds that writing queries as Parquet takes, the least of several times."""

    def once() -> float:
        started = time.process_time()
        for query in queries:
            con.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
        return time.process_time() - started

    return min(once() for _ in range(REPETITIONS))


def export_seconds(warehouse: Path, scratch: Path) -> dict[str, float]:
    """CPU seconds for the kept steps, and for the address of the charges."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute("set threads = 1")
        kept = [query for relation, query in load_kept().items() if relation != CHARGES]
        whole, narrow = f"select * from {CHARGES}", f"select * exclude ({', '.join(ADDRESS)}) from {CHARGES}"
        return {
            "export of kept steps": copied(con, kept, scratch / "kept.parquet"),
            "address of the charges": copied(con, [whole], scratch / "a.parquet") - copied(con, [narrow], scratch / "b.parquet"),
        }


def measure(source: Path, home: Path, scratch: Path) -> tuple[float, float, dict[str, float]]:
    """CPU seconds of the month's run, of what follows extraction, and of the parts that are lineage; nothing is published."""
    settings = RunSettings(home, source=source, is_simulation=True, threads=1)
    run = open_run(settings, HOSPITAL, date.fromisoformat(f"{MONTH}-01"), "benchmark")
    try:
        started = time.process_time()
        run.land()
        landed = time.process_time()
        run.prepare()
        nodes = build_nodes(run)
        run.seal()
        ended = time.process_time()
        parts = {name: nodes[name] for name in sorted(CHECKS)} | export_seconds(run.warehouse, scratch)
        return ended - started, ended - landed, parts
    finally:
        run.close()


def main() -> None:
    """Parse arguments, build, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--charges", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=Path("warehouse-benchmark"))
    arguments = parser.parse_args()
    os.environ |= KEY
    source = write_source(arguments.folder / f"source-{arguments.charges}", arguments.charges)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        whole, after_extraction, parts = measure(source, Path(folder) / "home", Path(folder))
    for name, seconds in parts.items():
        print(f"{name:<24} {seconds:6.2f} s {seconds / whole:6.1%}")
    lineage = sum(parts.values())
    print(f"lineage: {lineage / whole:.1%} of a run of {whole:.1f} CPU s at {arguments.charges:,} charges, {ALLOWED:.0%} allowed")
    print(f"         {lineage / after_extraction:.1%} of the {after_extraction:.1f} CPU s that follow extraction")


if __name__ == "__main__":
    main()
