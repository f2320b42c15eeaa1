"""The diary of a run (`run.json`): what it was asked, how far it came, and why it ended."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import BadInput, CasemixError, ConfigurationError, GateStopped, Place, RunBusy
from orchestration.home import Home
from orchestration.release.files import write_atomically

RUNNING = "running"
GATED = "gated"
PUBLISHED = "published"
STOPPED = "stopped"
FAILED = "failed"
ERRORS = {error.__name__: error for error in (CasemixError, BadInput, ConfigurationError, GateStopped, RunBusy)}


@dataclass
class RunJournal:
    """State of a run on disk.

    `seconds` holds wall and CPU time of each step, `evidence` what the release record needs.
    """

    run_id: str
    hospital_id: str
    month: str
    status: str = RUNNING
    pid: int = field(default_factory=os.getpid)
    started_at: str = field(default_factory=lambda: now())
    finished_at: str | None = None
    step: str | None = None
    release_id: str | None = None
    error: dict[str, Any] | None = None
    seconds: dict[str, list[float]] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)

    def save(self, home: Home) -> None:
        """Write the diary; readers never see half of it."""
        folder = run_folder(home, self.run_id)
        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        write_atomically(folder / "run.json", content.encode())

    def end(self, home: Home, status: str, error: BaseException | None = None) -> None:
        """Write how the run ended."""
        self.status = status
        self.finished_at = now()
        self.error = describe_error(error) if error is not None else None
        self.save(home)

    @property
    def month_start(self) -> date:
        """First day of the month."""
        return date.fromisoformat(self.month)


def now() -> str:
    """This moment in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def run_folder(home: Home, run_id: str) -> Path:
    """Folder of a run."""
    return home.runs / run_id


def read_journal(home: Home, run_id: str) -> RunJournal:
    """The diary of a run."""
    return RunJournal(**json.loads((run_folder(home, run_id) / "run.json").read_text(encoding="utf-8")))


def read_journals(home: Home) -> Iterator[RunJournal]:
    """Every diary under the home, oldest first."""
    paths = [p.parent.name for p in home.runs.glob("*/run.json")] if home.runs.is_dir() else []
    yield from sorted((read_journal(home, run_id) for run_id in paths), key=lambda j: (j.started_at, j.run_id))


def close_dead_runs(home: Home) -> list[RunJournal]:
    """Mark runs whose process is gone as failed and remove their scratch files."""
    dead = [j for j in read_journals(home) if j.status == RUNNING and not _is_alive(j.pid)]
    for journal in dead:
        lost = CasemixError("the process ended before the run did", remedy="run the month again", zh="进程在运行结束前终止")
        journal.end(home, FAILED, lost)
        clean_scratch(run_folder(home, journal.run_id))
    return dead


def clean_scratch(folder: Path) -> None:
    """Remove what nobody inspects; the private database and the diary stay."""
    for name in ("target", "parquet", "spill", "logs"):
        shutil.rmtree(folder / name, ignore_errors=True)


def describe_error(error: BaseException) -> dict[str, Any]:
    """An error as kept in the diary."""
    if not isinstance(error, CasemixError):
        return {"kind": type(error).__name__, "message": str(error) or type(error).__name__, "exit_code": 1}
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "rule": error.rule,
        "place": asdict(error.place),
        "remedy": error.remedy,
        "zh": error.zh,
        "exit_code": error.exit_code,
    }


def restore_error(entry: dict[str, Any]) -> CasemixError:
    """The error a diary describes."""
    kind = ERRORS.get(entry["kind"], CasemixError)
    message = entry["message"] if entry["kind"] in ERRORS else f"{entry['kind']}: {entry['message']}"
    return kind(
        message,
        rule=entry.get("rule"),
        place=Place(**entry.get("place") or {}),
        remedy=entry.get("remedy"),
        zh=entry.get("zh"),
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
