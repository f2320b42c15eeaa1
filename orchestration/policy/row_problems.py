"""Problems of a row: the sentence, the row and what to do, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from orchestration.policy.problems import Problem
from orchestration.policy.reading import Row


def row_problem(rule: str, row: Row, message: str, remedy: str, zh: str, column: str | None = None) -> Problem:
    """A problem at the place of a row."""
    where = f"{row.file.name} 第 {row.number} 行"
    return Problem(rule, row.file, row.number, f"{row.file.name}: {message}", remedy, f"{where}：{zh}", column)


def unknown_code(row: Row, column: str, value: str, known: Iterable[str], kind: str) -> Problem:
    """A code that does not exist, with the nearest one that does."""
    near = get_close_matches(value, list(known), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Use {kind} that exists."
    return row_problem("F30", row, f"{column} {value!r} is not {kind}", hint, "代码未定义", column)
