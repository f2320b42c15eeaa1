"""The dbt unit tests of every model: a month never runs them, so the suite has to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from orchestration.home import DBT_PROJECT
from orchestration.run.private import create_private_database
from tests.models.compiled_models import DATABASE

FEWEST = 60


def test_every_unit_test_passes(tmp_path: Path) -> None:
    """Models are built empty first: a unit test takes the types of its inputs from them."""
    create_private_database(tmp_path / DATABASE).close()
    _dbt(tmp_path, "build", "--empty", "--exclude", "resource_type:unit_test", "resource_type:test")
    _dbt(tmp_path, "test", "--select", "test_type:unit")
    results = json.loads((tmp_path / "target" / "run_results.json").read_bytes())["results"]
    assert len(results) >= FEWEST
    assert {result["unique_id"]: result["status"] for result in results if result["status"] != "pass"} == {}


def _dbt(folder: Path, *command: str) -> None:
    paths = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(folder / "target")]
    environment = os.environ | {"CASEMIX_WAREHOUSE": str(folder / DATABASE), "DBT_LOG_PATH": str(folder / "logs")}
    program = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    done = subprocess.run([*program, *command, *paths], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
