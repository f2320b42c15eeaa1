"""The diary tells how a run ended, also when its process could not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import BadInput, ConfigurationError, GateStopped, Place
from orchestration.home import Home
from orchestration.run.disk import require_free_disk
from orchestration.run.journal import FAILED, RunJournal, close_dead_runs, read_journal, read_journals, restore_error, run_folder
from orchestration.run.settings import RunSettings, read_settings, write_settings

NO_SUCH_PROCESS = 2**22 + 1


def test_an_error_survives_the_diary(tmp_path: Path) -> None:
    home = Home(tmp_path)
    error = BadInput("bad", rule="F13", place=Place("charge.csv", 7, "amount"), remedy="send it again", zh="坏")
    RunJournal("r", "H1", "2025-01-01").end(home, FAILED, error)
    restored = restore_error(read_journal(home, "r").error or {})
    assert (type(restored), str(restored), restored.exit_code) == (BadInput, str(error), 3)


def test_a_run_whose_process_is_gone_is_failed_and_cleaned(tmp_path: Path) -> None:
    home = Home(tmp_path)
    RunJournal("dead", "H1", "2025-01-01", pid=NO_SUCH_PROCESS).save(home)
    RunJournal("alive", "H1", "2025-02-01").save(home)
    for name in ("warehouse.duckdb", "spill/x"):
        (run_folder(home, "dead") / name).parent.mkdir(exist_ok=True)
        (run_folder(home, "dead") / name).touch()
    assert [j.run_id for j in close_dead_runs(home)] == ["dead"]
    assert {j.run_id: j.status for j in read_journals(home)} == {"dead": "failed", "alive": "running"}
    assert [p.name for p in sorted(run_folder(home, "dead").iterdir())] == ["run.json", "warehouse.duckdb"]


def test_too_little_disk_is_said_before_anything_is_written(tmp_path: Path) -> None:
    require_free_disk(tmp_path, 0)
    with pytest.raises(ConfigurationError, match="MiB"):
        require_free_disk(tmp_path, 1 << 60)


def test_a_home_remembers_what_it_was_asked(tmp_path: Path) -> None:
    settings = RunSettings(home=tmp_path, config=tmp_path / "casemix.yml", is_simulation=True).knowing(
        ["H2", "H1"], [date(2025, 1, 1)]
    )
    write_settings(settings)
    assert read_settings(Home(tmp_path)) == settings
    assert settings.hospitals == ("H1", "H2")


def test_any_other_error_keeps_its_kind(tmp_path: Path) -> None:
    home = Home(tmp_path)
    RunJournal("r", "H1", "2025-01-01").end(home, FAILED, ValueError("odd"))
    assert "ValueError: odd" in str(restore_error(read_journal(home, "r").error or {}))
    assert not isinstance(restore_error(read_journal(home, "r").error or {}), GateStopped)
