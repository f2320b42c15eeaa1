from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.gates import GateAnswer, load_index, run_checkpoint
from tests.gates import month
from tests.gates.building import Models, compile_models, copy_warehouse, create_warehouse

Ask = Callable[..., GateAnswer]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return compile_models(tmp_path_factory.mktemp("compile"), "+path:models/gates/received +path:models/gates/conformed")


@pytest.fixture(scope="session")
def clean_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = create_warehouse(tmp_path_factory.mktemp("month"))
    with duckdb.connect(str(warehouse)) as con:
        month.write(con)
    return warehouse


@pytest.fixture
def ask(models: Models, clean_month: Path, tmp_path: Path) -> Ask:
    """Ask one gate about the clean month after some SQL has planted a fault in it."""

    def _ask(gate_id: str, *faults: str) -> GateAnswer:
        gate = load_index()[gate_id]
        warehouse = copy_warehouse(clean_month, tmp_path)
        with duckdb.connect(str(warehouse)) as con:
            for fault in faults:
                con.execute(fault)
        models.build(warehouse, gate.relation)
        answers = {a.gate_id: a for a in run_checkpoint(warehouse, gate.checkpoint)}
        return answers[gate_id]

    return _ask
