"""January of the first sample hospital under another policy: what moves, why, and that nothing published does."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from orchestration.errors import AccessDenied, ConfigurationError
from orchestration.home import DEFAULT_POLICY, Home
from orchestration.privacy.access import read_log
from orchestration.privacy.visitor import USER_VARIABLE
from orchestration.release.record import current_record
from orchestration.run.plan import parse_month
from orchestration.whatif import Request, what_if
from tests.conftest import Casemix
from tests.end_to_end.conftest import Published

BONUS = Decimal("1.03")  # sum of the hospital's bonus coefficients in the sample policy
CAUSES = ["program", "coefficient", "point_value"]


@dataclass(frozen=True)
class Told:
    """What the command printed and wrote."""

    summary: dict[str, object]
    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def edited(folder: Path, name: str, **changes: str) -> Path:
    """A default table with columns of the sample region's rows replaced."""
    folder.mkdir(exist_ok=True)
    with (DEFAULT_POLICY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | changes for row in rows)
    return folder


@pytest.fixture
def other_policy(tmp_path: Path) -> Path:
    edited(tmp_path / "policy", "point_value", value="6")
    return edited(tmp_path / "policy", "hospital", coefficient="1.1")


def yuan(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column] or 0) for row in rows), Decimal(0))


def by_stay(rows: list[dict[str, str]]) -> Iterator[tuple[str, Decimal]]:
    for stay in sorted({row["stay_id"] for row in rows}):
        yield stay, yuan([row for row in rows if row["stay_id"] == stay], "standard_difference_yuan")


def test_another_policy_moves_cases_by_cause_and_never_a_release(
    casemix: Casemix, january: Published, other_policy: Path, tmp_path: Path
) -> None:
    home = january.home
    before = sorted((p, p.stat().st_mtime_ns) for p in home.published.rglob("*"))
    asked = ("--policy", other_policy, "--from", "2025-01", "--hospital", "H1", "--home", home.root, "--purpose", "测算")
    done = casemix("what-if", *asked, "--format", "json", "--output", tmp_path / "answer")
    assert done.exit_code == 0, done.err
    told = Told(json.loads(done.out), tmp_path / "answer")
    assert sorted((p, p.stat().st_mtime_ns) for p in home.published.rglob("*")) == before

    cases, departments, moved = told.rows("cases"), told.rows("departments"), told.rows("case_causes")
    # Causes of a case add up to its difference, cases to departments, and all of them to the totals.
    assert {
        row["stay_id"]: Decimal(row["standard_difference_yuan"]) for row in cases if Decimal(row["standard_difference_yuan"])
    } == {stay: sum_ for stay, sum_ in by_stay(moved) if sum_}
    for column in ("standard_difference_yuan", "fund_difference_yuan"):
        total = yuan(cases, column)
        assert total == yuan(departments, column) == yuan(told.rows("causes"), column) == yuan(moved, column) != 0
        assert told.summary["totals"][column] == f"{total:.2f}"  # type: ignore[index]
    assert [row["cause"] for row in told.rows("causes")] == CAUSES
    # What was published is what the recorded policy gives again: the program moves nothing, and no group moved.
    assert {row["cause"] for row in moved} == {"coefficient", "point_value"}
    for row in (row for row in cases if row["new_multiple_class"] == "normal" and row["new_score"]):
        worth = Decimal(row["new_score"]) * Decimal(row["new_coefficient"]) * 6 * BONUS
        if row["new_coefficient"] == "1.100000":
            assert Decimal(row["new_standard_total_yuan"]) == worth.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert {row["new_point_value"] for row in cases if row["new_score"]} == {"6.000000"}
    assert ("hospital", "coefficient") in {(row["table_name"], row["column_name"]) for row in told.rows("policy_changes")}

    entry = list(read_log(home))[-1]
    assert (entry["action"], entry["rows"], entry["purpose"]) == ("what-if", len(cases), "测算")
    again = casemix("what-if", *asked, "--output", tmp_path / "answer")
    assert again.exit_code == 4
    assert "输出目录已存在" in again.err


def test_a_policy_without_a_point_value_is_refused_by_name(january: Published, tmp_path: Path) -> None:
    folder = edited(tmp_path / "policy", "point_value", insurance_type="employee")
    text = (folder / "point_value.csv").read_text(encoding="utf-8").splitlines()
    kept = {tuple(line.split(",")[:5]): line for line in text}
    (folder / "point_value.csv").write_text("\n".join(kept.values()) + "\n", encoding="utf-8")
    request = Request(folder, parse_month("2025-01"), parse_month("2025-01"), ("H1",))
    with pytest.raises(ConfigurationError, match=r"no point value for jiangzhou DIP .*resident 2025") as refused:
        what_if(january.home, request)
    assert refused.value.rule == "SETL-01"


def test_only_who_may_see_the_hospital_gets_an_answer(
    january: Published, other_policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USER_VARIABLE, "nobody-known")
    with pytest.raises(AccessDenied):
        what_if(january.home, Request(other_policy, parse_month("2025-01"), parse_month("2025-01")))
    assert list(read_log(january.home))[-1]["is_refused"]


def test_months_that_are_not_published_are_refused(january: Published, other_policy: Path) -> None:
    assert current_record(january.home) is not None
    with pytest.raises(ConfigurationError, match="no published month"):
        what_if(january.home, Request(other_policy, parse_month("2031-01"), parse_month("2031-02")))
    with pytest.raises(ConfigurationError, match="H7 has no published month"):
        what_if(january.home, Request(other_policy, parse_month("2025-01"), parse_month("2025-01"), ("H7",)))
    assert isinstance(january.home, Home)
