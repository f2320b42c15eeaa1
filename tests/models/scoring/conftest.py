"""One compilation per session, one private database per test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models.scoring.chain import Chain, Model, compile_models


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Model]]:
    return compile_models(tmp_path_factory.mktemp("scoring"))


@pytest.fixture
def chain(compiled: tuple[Path, list[Model]], tmp_path: Path) -> Chain:
    return Chain(*compiled, tmp_path)


@pytest.fixture
def new_chain(compiled: tuple[Path, list[Model]], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Chain]:
    return lambda: Chain(*compiled, tmp_path_factory.mktemp("chain"))
