"""The costing models, compiled once for all tests that run them."""

from __future__ import annotations

import pytest

from tests.models.compiled_models import CompiledModels, compile_models

COSTING = "+fqn:casemix.marts.costed +fqn:casemix.gates.closed.gate_cost*"


@pytest.fixture(scope="session")
def costing_models(tmp_path_factory: pytest.TempPathFactory) -> CompiledModels:
    """Every model up to the costed marts and the gates of cost."""
    return compile_models(tmp_path_factory.mktemp("costing"), COSTING)
