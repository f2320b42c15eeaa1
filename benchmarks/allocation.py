"""CPU time of a sequential step-down in seven categories: every centre gives to all later ones and to ten wards.

python -m benchmarks.allocation --centres 60 --months 12
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.models.compiled_models import compile_models, open_month
from tests.models.test_allocation import MODELS, allocate, create_inputs, random_chain


def main() -> None:
    """Parse arguments, fill one month after the other, time the models alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--centres", type=int, default=60)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        models = compile_models(Path(folder) / "compiled", " ".join(f"+{model}" for model in MODELS))
        cpu = wall = 0.0
        with open_month(Path(folder), date(2025, 1, 1), date(2025, 2, 1)) as con:
            con.execute(f"set threads = {arguments.threads}")
            create_inputs(con)
            for month in range(arguments.months):
                allocate(con, models, random_chain(random.Random(month), arguments.centres, 10))
                began_cpu, began = time.process_time(), time.perf_counter()
                for model in MODELS:
                    models.build_only(con, model)
                cpu += time.process_time() - began_cpu
                wall += time.perf_counter() - began
    print(f"{arguments.centres} centres x 7 categories x {arguments.months} months: {cpu:.2f} CPU s, {wall:.2f} s")


if __name__ == "__main__":
    main()
