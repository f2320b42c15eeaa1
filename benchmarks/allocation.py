"""CPU time of a sequential step-down in seven categories: every centre gives to all later ones and to ten wards.

The months are given away together, as chains that never meet in one allocation, and then one after the other, as runs do.

    python -m benchmarks.allocation --centres 60 --months 12
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from tests.models.compiled_models import CompiledModels, compile_project, compiled_models, open_month
from tests.models.test_allocation import MODELS, create_inputs, fill, random_chain, side_by_side


def seconds(con: duckdb.DuckDBPyConnection, models: CompiledModels) -> float:
    """CPU seconds of the models on the inputs that are there."""
    began = time.process_time()
    for model in MODELS:
        models.build_only(con, model)
    return time.process_time() - began


def main() -> None:
    """Parse arguments, fill the inputs, time the models alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--centres", type=int, default=60)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    chains = [random_chain(random.Random(month), arguments.centres, 10) for month in range(arguments.months)]
    with tempfile.TemporaryDirectory() as folder:
        compile_project(Path(folder) / "compiled")
        models = compiled_models(Path(folder) / "compiled", " ".join(f"+{model}" for model in MODELS))
        with open_month(Path(folder), date(2025, 1, 1), date(2025, 2, 1)) as con:
            con.execute(f"set threads = {arguments.threads}")
            create_inputs(con)
            fill(con, side_by_side(chains))
            together = seconds(con, models)
            apart = 0.0
            for chain in chains:
                fill(con, chain)
                apart += seconds(con, models)
    print(f"{arguments.centres} centres x 7 categories x {arguments.months} months: ", end="")
    print(f"{together:.2f} CPU s together, {apart:.2f} CPU s one after the other")


if __name__ == "__main__":
    main()
