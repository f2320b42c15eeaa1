"""The costing models, compiled once for all tests that run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Once
from tests.models.compiled_models import CompiledModels, compile_models, compile_project

COSTING = "+fqn:casemix.marts.costed +fqn:casemix.gates.closed.gate_cost*"


@pytest.fixture(scope="session")
def project(once: Once) -> Path:
    """Every model of the project, compiled once for all test processes."""
    return once("compiled", compile_project)


@pytest.fixture(scope="session")
def costing_models(tmp_path_factory: pytest.TempPathFactory) -> CompiledModels:
    """Every model up to the costed marts and the gates of cost."""
    return compile_models(tmp_path_factory.mktemp("costing"), COSTING)
