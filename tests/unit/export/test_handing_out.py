"""What a command hands out is logged first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from orchestration.cli.output import hand_out, printed
from orchestration.errors import AccessDenied, ConfigurationError


def write(file: TextIO) -> int:
    file.write("科室,元\n")
    return 1


def refuse(rows: int) -> None:
    raise AccessDenied(f"{rows} rows cannot be logged")


def test_a_file_appears_once_it_is_logged(tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    seen: list[tuple[int, bool]] = []
    assert hand_out(output, write, lambda rows: seen.append((rows, output.exists()))) == 1
    assert seen == [(1, False)]
    assert output.read_text(encoding="utf-8") == "科室,元\n"
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_standard_output_is_logged_first(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    hand_out(None, write, lambda _: seen.append(capsys.readouterr().out))
    assert (seen, capsys.readouterr().out) == ([""], "科室,元\n")


@pytest.mark.parametrize("name", ["rows.csv", None])
def test_what_cannot_be_logged_is_not_handed_out(name: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / name if name else None
    with pytest.raises(AccessDenied):
        hand_out(output, write, refuse)
    assert (list(tmp_path.iterdir()), capsys.readouterr().out) == ([], "")


@pytest.mark.parametrize("spoil", [lambda folder: folder / "gone" / "rows.csv", lambda folder: folder / ("长" * 100)])
def test_a_place_that_cannot_be_written_is_named(spoil: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written") as refused:
        hand_out(spoil(tmp_path), write, lambda _: None)
    assert str(refused.value.place) == str(spoil(tmp_path))


def test_a_table_goes_where_it_is_asked_for(tmp_path: Path) -> None:
    from orchestration.cli.console import print_table

    def table(file: TextIO) -> int:
        with printed(file):
            print_table("科室", [("项", False)], [["POINTS"]])
        return 1

    hand_out(tmp_path / "table.txt", table, lambda _: None)
    assert "POINTS" in (tmp_path / "table.txt").read_text(encoding="utf-8")
