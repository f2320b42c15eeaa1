"""Cases grouped per second: `casemix group` on distinct random cases with a full pack, time and peak memory.

Each run is a process of its own, so that its memory can be read. Codes are drawn from the pack itself:
most cases find a group, and hardly two cases share all their codes.

    python benchmarks/grouping.py PACK --cases 1000000 --runs 3
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orchestration.grouping.command import group_file
from orchestration.grouping.engine import Engine
from orchestration.grouping.load import load_pack
from orchestration.grouping.pack import DIAGNOSIS_FIELDS, Pack

HEADER = ("case_id", "gender", "age", "age_days", "birth_weight", "los", "leaving_type", "dx", "procs")
SEED = 20250101
TARGET_CASES_PER_SECOND = 300_000
TARGET_MEMORY_GIB = 1.0
TARGET_LOAD_SECONDS = 2.0


def write_cases(path: Path, pack: Pack, count: int) -> None:
    """Random cases: 1 to 8 diagnoses, 0 to 4 procedures, one in twenty under one year."""
    chance = random.Random(SEED)
    users = {term.predicate.operand: term.predicate.field for term in pack.terms if term.predicate.operand in pack.code_sets}
    is_diagnosis = {name: field in DIAGNOSIS_FIELDS for name, field in users.items()}
    principals, mains = (
        sorted({code for name, codes in pack.code_sets.items() if is_diagnosis.get(name) is kind for code in codes})
        for kind in (True, False)
    )
    others = sorted({*pack.complications, *principals})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(count):
            age = 0 if chance.random() < 0.05 else chance.randrange(1, 95)
            days = chance.randrange(365) if age == 0 else age * 365 + chance.randrange(365)
            weight = chance.randrange(900, 4500) if age == 0 and days <= 28 else ""
            diagnoses = [chance.choice(principals), *chance.choices(others, k=chance.randrange(8))]
            procedures = chance.choices(mains, k=chance.choice((0, 0, 1, 1, 2, 3, 4)))
            numbers = (chance.choice("12"), age, days, weight, chance.randrange(1, 60), chance.choice("1112345"))
            writer.writerow((f"C{number:08d}", *numbers, "|".join(diagnoses), "|".join(procedures)))


def measure(cases: Path, folder: Path, output: Path, threads: int) -> dict[str, float]:
    """One run: seconds and CPU seconds to load the pack and to group, cases per second, peak memory in GiB."""
    started, began = time.perf_counter(), time.process_time()
    engine = Engine(load_pack(folder), threads)
    loaded, cpu = time.perf_counter(), time.process_time()
    done = group_file(cases, engine, output)
    seconds = time.perf_counter() - loaded
    return {
        "load_seconds": loaded - started,
        "load_cpu_seconds": cpu - began,
        "seconds": seconds,
        "cpu_seconds": time.process_time() - cpu,
        "cases_per_second": done.cases / seconds,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def main() -> None:
    """Print each run, the medians and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path, help="folder of a full pack")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.file:
        print(json.dumps(measure(given.file, given.pack, given.file.with_suffix(".out"), given.threads)))
        return
    with tempfile.TemporaryDirectory() as folder:
        cases = Path(folder) / "cases.csv"
        write_cases(cases, load_pack(given.pack), given.cases)
        command = [sys.executable, __file__, str(given.pack), "--file", str(cases), "--threads", str(given.threads)]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(given.runs)]
    for run in runs:
        print({name: round(value, 2) for name, value in run.items()})
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print("median", {name: round(value, 2) for name, value in middle.items()})
    met = {
        f"at least {TARGET_CASES_PER_SECOND:,} cases per second": middle["cases_per_second"] >= TARGET_CASES_PER_SECOND,
        f"at most {TARGET_MEMORY_GIB} GiB": middle["peak_gib"] <= TARGET_MEMORY_GIB,
        f"pack loaded within {TARGET_LOAD_SECONDS} s": middle["load_seconds"] <= TARGET_LOAD_SECONDS,
    }
    print({name: "met" if is_met else "missed" for name, is_met in met.items()})


if __name__ == "__main__":
    main()
