"""Errors of casemix. Each says what happened, where, why, and what to do next, and carries the exit code of the command."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where an error was found. `row` counts the header as row 1; unknown parts stay None."""

    file: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file or ""]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(p for p in parts if p)


class CasemixError(Exception):
    """Base of every error a user can meet.

    Args:
        message: what is wrong, in one sentence (no values of personal columns).
        rule: code of the broken rule, such as ``F13`` or ``COST-02``.
        place: file, row and column.
        remedy: what to do next.
        zh: the message in Chinese, shown beside the English one.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        rule: str | None = None,
        place: Place | None = None,
        remedy: str | None = None,
        zh: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.place = place or Place()
        self.remedy = remedy
        self.zh = zh

    def __str__(self) -> str:
        head = f"[{self.rule}] {self.message}" if self.rule else self.message
        lines = [head]
        if self.zh:
            lines.append(self.zh)
        if str(self.place):
            lines.append(f"where: {self.place}")
        if self.remedy:
            lines.append(f"next: {self.remedy}")
        return "\n".join(lines)


class GateStopped(CasemixError):
    """A gate of severity stop failed; nothing was published."""

    exit_code = 2


class BadInput(CasemixError):
    """A delivery breaks the contract; nothing of it was accepted."""

    exit_code = 3


class ConfigurationError(CasemixError):
    """Mapping, policy, pack, environment or command line cannot be used."""

    exit_code = 4


class RunBusy(CasemixError):
    """Another run holds the month or the publish lock."""

    exit_code = 5


class AccessDenied(CasemixError):
    """The account has no grant for what it asks; the refusal is in the access log."""

    exit_code = 4
