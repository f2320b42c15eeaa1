"""Units publish toy marts, which belong to no dbt project."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_project(own_project: None) -> None:
    """No unit finds the project that other tests have compiled."""
