"""Run a month in another process whose surroundings are all different, and print nothing but the exit code."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

SURROUNDINGS = {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "7"}
SPLIT = "his_charge"


def shuffle_source(source: Path, seed: int = 7) -> None:
    """Shuffle the rows of every file and cut the charges into two files whose names sort the other way round."""
    chance = random.Random(seed)
    for path in sorted(source.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        chance.shuffle(rows)
        _write(path, header, rows)
        if path.stem == SPLIT and len(rows) > 1:
            half = len(rows) // 2
            _write(path, header, rows[half:])
            _write(path.with_name(f"{SPLIT}.02.csv"), header, rows[:half])


def run_elsewhere(arguments: list[str], scratch: Path) -> subprocess.CompletedProcess[str]:
    """`casemix` in a process with another time zone, locale, hash seed and temporary folder."""
    scratch.mkdir(parents=True)
    environment = os.environ | SURROUNDINGS | {"TMPDIR": str(scratch)}
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
