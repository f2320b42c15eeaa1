"""What a run tells while it works. The command line draws it; elsewhere it is silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Reporter(Protocol):
    """Receives the progress of the steps of a month."""

    def start(self, step: str, total: int | None) -> None:
        """A step begins; `total` is the number of things to do, None when unknown."""

    def advance(self) -> None:
        """One thing of the present step is done."""

    def finish(self) -> None:
        """The present step is done."""


class Silent:
    """A reporter that says nothing."""

    def start(self, step: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""


_REPORTER: ContextVar[Reporter] = ContextVar("reporter", default=Silent())  # noqa: B039 - Silent holds no state


@contextmanager
def reporting(reporter: Reporter) -> Iterator[None]:
    """Send the progress of what runs inside to the reporter."""
    token = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(token)


@contextmanager
def step(name: str, total: int | None = None) -> Iterator[Reporter]:
    """A step of the month, told to the reporter in force."""
    reporter = _REPORTER.get()
    reporter.start(name, total)
    try:
        yield reporter
    finally:
        reporter.finish()
