"""Time and memory of one hospital's month against the raw-DuckDB floor.

Writes a sample month at the asked scale, runs it several times into fresh warehouses, runs the floor on the charges that landed,
and prints the median and spread of every step and the ratio of build + gates + publish to the floor.

    python benchmarks/month.py --charges 10000000 --runs 3
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

HOSPITAL = "H2"
MONTH = "2025-01"
EXTRACTION = "land"
MANIFEST = "manifest.json"
# Invented patients need no secret; a run without any key would be refused.
KEY = {"CASEMIX_PSEUDONYM_KEY": "v1:" + "benchmark" * 4}


@dataclass(frozen=True)
class Measurement:
    """One run: seconds of wall and CPU per step, of wall and CPU in all, of wall since the month was landed; peak GiB."""

    steps: dict[str, tuple[float, float]]
    wall_s: float
    cpu_s: float
    after_landing_s: float
    peak_gib: float

    @property
    def start_s(self) -> float:
        """Wall seconds until extraction begins: imports, definitions, the run's beginning."""
        return self.wall_s - self.steps[EXTRACTION][0] - self.after_landing_s


def write_source(folder: Path, charges: int) -> Path:
    """A sample month of one hospital in contract form, written once per scale."""
    from orchestration.sample import write_sample

    if not folder.exists():
        write_sample(folder, scale=charges, months=1, hospitals=(HOSPITAL,), form="contract", file_format="parquet")
    return folder


def measure(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak GiB of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    pid = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | KEY)
    _, status, usage = os.wait4(pid.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu, usage.ru_maxrss / 2**20


def empty(home: Path) -> None:
    """Remove all of a warehouse but the parsed dbt project, as in a warm environment."""
    for path in home.glob("*") if home.is_dir() else ():
        if path.name != "cache":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def measure_month(source: Path, home: Path, threads: int) -> Measurement:
    """Run the month into an empty warehouse."""
    command = "from orchestration.cli.process import run; run()"
    month = ["--source", str(source), "--month", MONTH, "--hospital", HOSPITAL, "--simulation"]
    wall, cpu, peak = measure([sys.executable, "-c", command, "run", *month, "--home", str(home), "--threads", str(threads)])
    ended = time.time()
    (diary,) = home.glob("runs/*/run.json")
    (manifest,) = home.glob(f"landing/{HOSPITAL}/{MONTH}/*/{MANIFEST}")  # the last file extraction writes
    steps = json.loads(diary.read_text(encoding="utf-8"))["seconds"]
    return Measurement(steps, wall, cpu, ended - manifest.stat().st_mtime, peak)


def measure_floor(home: Path, threads: int) -> dict[str, float]:
    """The floor on the charges of a landed month."""
    (charges,) = home.glob(f"landing/{HOSPITAL}/{MONTH}/*/his_charge.parquet")
    script = str(Path(__file__).with_name("floor.py"))
    output = subprocess.run(
        [sys.executable, script, str(charges), str(home), "--threads", str(threads)], capture_output=True, check=True, text=True
    )
    return json.loads(output.stdout)


def spread(values: list[float]) -> str:
    """Median, with the smallest and the largest."""
    return f"{statistics.median(values):.1f}  ({min(values):.1f} - {max(values):.1f})"


def report(charges: int, months: list[Measurement], floors: list[dict[str, float]]) -> None:
    """Print steps, totals and the ratio to the floor."""
    table = Table(title=f"{charges:,} charges, {len(months)} runs: median (min - max)")
    table.add_column("step")
    table.add_column("value", justify="right")
    for step in months[0].steps:
        wall, cpu = (spread([m.steps[step][kind] for m in months]) for kind in (0, 1))
        table.add_row(f"{step}, wall s; CPU s", f"{wall}; {cpu}")
    table.add_row("start, wall s", spread([m.start_s for m in months]))
    table.add_row("all, wall s", spread([m.wall_s for m in months]))
    table.add_row("all, CPU s", spread([m.cpu_s for m in months]))
    table.add_row("peak memory, GiB", spread([m.peak_gib for m in months]))
    table.add_row("floor, wall s", spread([f["wall_s"] for f in floors]))
    table.add_row("floor, CPU s", spread([f["cpu_s"] for f in floors]))
    table.add_row("build + gates + publish, wall s", spread([m.after_landing_s for m in months]))
    ratios = [m.after_landing_s / f["wall_s"] for m, f in zip(months, floors, strict=True)]
    table.add_row("ratio to the floor", spread(ratios))
    allowance = [m.after_landing_s - 4 * f["wall_s"] for m, f in zip(months, floors, strict=True)]
    table.add_row("beyond 4 x floor, s (30 allowed)", spread(allowance))
    Console(width=100).print(table)


def main() -> None:
    """Parse arguments, run, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--charges", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--warm-up", type=int, default=1, help="runs not counted; the first one parses the dbt project")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("warehouse-benchmark"))
    arguments = parser.parse_args()
    source = write_source(arguments.folder / f"source-{arguments.charges}", arguments.charges)
    home = arguments.folder / "home"
    months, floors = [], []
    for number in range(arguments.warm_up + arguments.runs):
        empty(home)
        month, floor = measure_month(source, home, arguments.threads), measure_floor(home, arguments.threads)
        if number >= arguments.warm_up:
            months.append(month)
            floors.append(floor)
    report(arguments.charges, months, floors)


if __name__ == "__main__":
    main()
