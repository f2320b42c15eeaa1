"""Share of the costing models in the seconds all models of one month take.

Writes a sample month at the asked scale, runs it up to its last gate and adds up the seconds of every model by its schema.
With one thread no model waits for another, so the seconds are its own.

    python -m benchmarks.costing --charges 10000000
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from benchmarks.month import HOSPITAL, KEY, MONTH, write_source
from orchestration.gates import CHECKPOINTS
from orchestration.run.build import BuiltNode
from orchestration.run.month import open_run
from orchestration.run.settings import RunSettings

COSTING = frozenset({"costing", "costed"})
ALLOWED = 0.25


def build_month(source: Path, home: Path, threads: int) -> list[BuiltNode]:
    """Every node of the month, built and judged; nothing is published."""
    settings = RunSettings(home, source=source, is_simulation=True, threads=threads)
    run = open_run(settings, HOSPITAL, date.fromisoformat(f"{MONTH}-01"), "benchmark")
    try:
        run.land()
        run.prepare()
        nodes = []
        for checkpoint in CHECKPOINTS:
            nodes += run.build(checkpoint)
            run.judge(checkpoint)
        return nodes
    finally:
        run.close()


def seconds_by_schema(nodes: Iterable[BuiltNode]) -> dict[str, float]:
    """Seconds of the models of every schema, the longest first."""
    seconds: dict[str, float] = defaultdict(float)
    for node in nodes:
        if node.resource_type == "model":
            seconds[node.schema] += node.seconds
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def main() -> None:
    """Parse arguments, build, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--charges", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("warehouse-benchmark"))
    arguments = parser.parse_args()
    os.environ |= KEY
    source = write_source(arguments.folder / f"source-{arguments.charges}", arguments.charges)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        nodes = build_month(source, Path(folder), arguments.threads)
    seconds = seconds_by_schema(nodes)
    whole = sum(seconds.values())
    for schema, spent in seconds.items():
        print(f"{schema:<12} {spent:7.2f} s {spent / whole:6.1%}")
    share = sum(seconds.get(schema, 0) for schema in COSTING) / whole
    print(f"costing models: {share:.1%} of {whole:.2f} s at {arguments.charges:,} charges, at most {ALLOWED:.0%} allowed")
    for node in sorted(nodes, key=lambda node: -node.seconds)[:12]:
        print(f"  {node.schema}.{node.name} {node.seconds:.2f} s")


if __name__ == "__main__":
    main()
