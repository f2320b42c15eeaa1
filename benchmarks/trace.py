"""How long a trace takes on a published month: waterfall, leaves of the median and the largest department, audit export.

    python benchmarks/trace.py HOME --hospital H2 --month 2025-01

One process, one opened release; every relation has been read once before the clock starts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.home import Home
from orchestration.lineage import formats
from orchestration.lineage.declaration import load_declarations
from orchestration.lineage.opened import OpenedRelease, open_release
from orchestration.lineage.trace import Trace, bonus_subject
from orchestration.release.catalogue import load_kept
from orchestration.run.plan import parse_month


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall and CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(opened: OpenedRelease, month: str) -> list[tuple[str, str, float, float]]:
    """Name, what it was done on, wall, CPU."""
    first = parse_month(month)
    rows = opened.con.execute(f"select dept_id from {opened.relation(first, 'fct_department_bonus')} order by 1").fetchall()
    departments = [dept_id for (dept_id,) in rows]

    def leaves(dept_id: str) -> int:
        return sum(Trace(opened, first, bonus_subject(opened, first, dept_id)).leaf_counts.values())

    sizes = sorted((leaves(dept_id), dept_id) for dept_id in departments)
    median, largest = sizes[len(sizes) // 2], sizes[-1]
    results = [("waterfall", largest[1], *timed(lambda: Trace(opened, first, bonus_subject(opened, first, largest[1]))))]
    for name, (count, dept_id) in (("leaves, median department", median), ("leaves, largest department", largest)):
        results.append((name, f"{dept_id}, {count:,} leaves", *timed(lambda who=dept_id: leaves(who))))  # type: ignore[misc]

    def export() -> None:
        trace = Trace(opened, first, bonus_subject(opened, first, median[1]))
        with tempfile.TemporaryFile("w", encoding="utf-8") as file:
            formats.write_leaves(trace, file)

    results.append(("audit export, median department", f"{median[1]}, {median[0]:,} rows", *timed(export)))
    return results


def storage(opened: OpenedRelease) -> tuple[int, int]:
    """Bytes of the steps kept for traces alone, and of everything the hospital's landing and the release hold."""
    kept = sum(file.bytes for (_, relation), file in opened.files.items() if relation in load_kept())
    folders = (opened.home.landing / opened.hospital_id, opened.home.published / opened.record.release_id)
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return kept, sum(path.stat().st_size for path in files)


def main() -> None:
    """Parse arguments, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--hospital", required=True)
    parser.add_argument("--month", required=True)
    arguments = parser.parse_args()
    load_declarations()
    opened = open_release(Home(arguments.home), arguments.hospital, parse_month(arguments.month))
    table = Table("what", "on", "wall s", "CPU s")
    for name, subject, wall, cpu in measure(opened, arguments.month):
        table.add_row(name, subject, f"{wall:.2f}", f"{cpu:.2f}")
    kept, everything = storage(opened)
    table.add_row(
        "kept for traces, of landing and release", f"{kept:,} of {everything:,} bytes", "", f"{100 * kept / everything:.1f} %"
    )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
