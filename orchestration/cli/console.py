"""What the commands print: errors, tables, progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from orchestration.errors import CasemixError

STEPS_ZH = {
    "extract": "抽取",
    "receive": "核对接收",
    "conform": "规范化",
    "calculate": "核算",
    "gates": "质量门",
    "export": "导出",
    "publish": "发布",
}

# Where nobody sets a width (a file, a pipe, a build log) the tables keep their numbers in one piece.
WIDTH_WITHOUT_TERMINAL = 120
console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
errors = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDTH_WITHOUT_TERMINAL)


def print_error(error: CasemixError) -> None:
    """Chinese first, then what happened, where, and what to do next."""
    if error.zh:
        errors.print(f"✗ {error.zh}", style="bold red", markup=False)
    head = f"[{error.rule}] {error.message}" if error.rule else error.message
    errors.print(head, style="red", markup=False)
    if str(error.place):
        errors.print(f"where 位置: {error.place}", markup=False)
    if error.remedy:
        errors.print(f"next  下一步: {error.remedy}", markup=False)


def print_table(title: str, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> None:
    """A table; each column is its title and whether it holds numbers."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name, is_number in columns:
        table.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in rows:
        table.add_row(*row)
    console.print(table)


class ProgressReporter:
    """Draws the steps of a month, one line each."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def start(self, step: str, total: int | None) -> None:
        """A step begins."""
        self._task = self._progress.add_task(f"{STEPS_ZH.get(step, step)} {step}", total=total)

    def advance(self) -> None:
        """One thing of the step is done."""
        if self._task is not None:
            self._progress.advance(self._task)

    def finish(self) -> None:
        """The step is done; a step of unknown length shows what it did."""
        if self._task is None:
            return
        done = self._progress.tasks[self._task].completed
        self._progress.update(self._task, total=max(done, 1), completed=max(done, 1))
        self._progress.stop_task(self._task)


@contextmanager
def progress_bars() -> Iterator[ProgressReporter]:
    """Progress bars on the terminal while something runs inside."""
    columns = (SpinnerColumn(), TextColumn("{task.description:<24}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield ProgressReporter(progress)
