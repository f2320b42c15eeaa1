"""How long the cockpit's first page takes on a release: the queries alone, the server, and a browser on this machine.

    python benchmarks/cockpit.py --home warehouse [--hospital H1 --month 2025-01 --starts 3]

`queries` are the statements of the overview on a newly opened release; `page` is the overview from navigation until the last
figure stands, in a browser that runs but has loaded nothing from the cockpit, of a server nobody has asked for anything;
`again` is the same page opened once more. Every start is a new server and a new browser. Behind the wall time stands the
processor time of the server and of the browser, which a busy machine stretches less. The target is 2 seconds for a month of ten
million charges.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cockpit.place import FIRST_PAGE, Place
from cockpit.queries import overview
from cockpit.reader import DuckDBReader
from orchestration.home import Home
from orchestration.release.record import current_record
from orchestration.run.plan import parse_month
from tests.support.chromium import find_chromium, open_tab
from tests.support.cockpit_server import cockpit_server

STATEMENTS = ("TOTALS", "DEPARTMENTS", "HISTORY")
VISITS = ("page", "again")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--hospital")
    parser.add_argument("--month")
    parser.add_argument("--starts", type=int, default=3)
    asked = parser.parse_args()
    home = Home.resolve(asked.home)
    record = current_record(home)
    if record is None:
        raise SystemExit(f"nothing is published under {home.root}")
    newest = record.content["months"][-1]
    place = Place("zh", asked.hospital or newest["hospital_id"], parse_month(asked.month or newest["month"][:7]), {})
    print(f"release {record.release_id}, {place.hospital_id} {place.month:%Y-%m}, {charges(home, place):,} charges")
    print(f"queries  {queries(home, place):6.2f} s wall")
    browser = find_chromium()
    if browser is None:
        print("page     no Chromium on this machine")
        return
    taken = [line for _ in range(asked.starts) for line in start(home, place, browser)]
    for name in VISITS:
        print(f"{name:8} {statistics.median(wall for visit, wall in taken if visit == name):6.2f} s wall, median")


def start(home: Home, place: Place, browser: str) -> Iterator[tuple[str, float]]:
    """Visits to a server and in a browser of their own, each with its wall seconds; prints them as they are taken."""
    with cockpit_server(home) as address, open_tab(browser) as tab:
        tab.size(1440, 900)
        tab.open(f"{address}/_stcore/health", ready="document.readyState === 'complete'")
        for name in VISITS:
            before = processor_seconds("cockpit.launch"), processor_seconds("chrom")
            wall = tab.open(f"{address}/{place.link(FIRST_PAGE)}")
            server, browsed = processor_seconds("cockpit.launch") - before[0], processor_seconds("chrom") - before[1]
            print(f"{name:8} {wall:6.2f} s wall, {server:.2f} s server and {browsed:.2f} s browser processor time")
            yield name, wall


def queries(home: Home, place: Place) -> float:
    """Seconds of the overview's statements on a newly opened release."""
    began = time.perf_counter()
    reader = DuckDBReader(home.current.resolve())
    here = {"hospital_id": place.hospital_id, "month": place.month, "previous": place.previous}
    for name in STATEMENTS:
        reader.rows(getattr(overview, name), here)
    return time.perf_counter() - began


def processor_seconds(word: str) -> float:
    """Processor seconds so far of this process's descendants whose command line holds a word."""
    stats = {int(path.parent.name): path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")}
    family = {os.getpid()}
    while grown := {pid for pid, fields in stats.items() if int(fields[1]) in family} - family:
        family |= grown
    mine = [pid for pid in family if word in Path(f"/proc/{pid}/cmdline").read_text() and pid != os.getpid()]
    return sum(int(stats[pid][11]) + int(stats[pid][12]) for pid in mine) / os.sysconf("SC_CLK_TCK")


def charges(home: Home, place: Place) -> int:
    """Charges of the month, as the release's conservation gate counted them."""
    reader = DuckDBReader(home.current.resolve())
    gate = {"hospital_id": place.hospital_id, "month": place.month, "gate_id": "CON-02"}
    rows = reader.rows(f"select checked_rows from audit.fct_gate_result where {' and '.join(f'{n} = :{n}' for n in gate)}", gate)
    return int(rows[0]["checked_rows"]) if rows else 0


if __name__ == "__main__":
    main()
