"""One compilation per session, one private database per test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models.scoring.chain import BONUS, INDICATORS, Chain, Chosen, choose_models


@pytest.fixture(scope="session")
def bonus_models(project: Path) -> Chosen:
    """What makes bonuses of indicators: the models of the area without those that count indicators."""
    return choose_models(project, BONUS, INDICATORS)


@pytest.fixture
def chain(bonus_models: Chosen, tmp_path: Path) -> Chain:
    return Chain(bonus_models, tmp_path)


@pytest.fixture
def new_chain(bonus_models: Chosen, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Chain]:
    return lambda: Chain(bonus_models, tmp_path_factory.mktemp("chain"))
