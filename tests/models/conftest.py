"""The costing models, compiled once for all tests that run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Once
from tests.models.compiled_models import CompiledModels, compile_project, compiled_models

COSTING = "+fqn:casemix.marts.costed +fqn:casemix.gates.closed.gate_cost*"


@pytest.fixture(scope="session")
def project(once: Once) -> Path:
    """Every model of the project, compiled once for all test processes."""
    return once("compiled", compile_project)


@pytest.fixture(scope="session")
def costing_models(project: Path) -> CompiledModels:
    """Every model up to the costed marts and the gates of cost."""
    return compiled_models(project, COSTING)
