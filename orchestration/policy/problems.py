"""What is wrong with a policy folder, gathered so that one error names it all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from orchestration.errors import ConfigurationError, Place

SHOWN = 10


@dataclass(frozen=True)
class Problem:
    """One finding; `file` is the path of the CSV, `row` counts the header as row 1."""

    rule: str
    file: Path | None
    row: int | None
    message: str
    remedy: str
    zh: str
    column: str | None = None

    @property
    def place(self) -> Place:
        """Where it was found, as errors carry it."""
        return Place(file=str(self.file) if self.file else None, row=self.row, column=self.column)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise ConfigurationError when there is a problem: the first with its place and remedy, the others listed after it."""
    found = list(problems)
    if found:
        stop(*found)


def stop(*found: Problem) -> NoReturn:
    """Raise ConfigurationError for these problems."""
    first = found[0]
    others = [f"  [{p.rule}] {p.message} ({p.place})" for p in found[1:SHOWN]]
    if len(found) > SHOWN:
        others.append(f"  and {len(found) - SHOWN} more")
    raise ConfigurationError(
        "\n".join([first.message, *others]),
        rule=first.rule,
        place=first.place,
        remedy=first.remedy,
        zh=f"政策文件不可用：{first.zh}",
    )
