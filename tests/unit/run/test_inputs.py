"""F26 and the clock of policies: what a month may be computed from."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.contract import load_policy_contract
from orchestration.errors import BadInput
from orchestration.grouping import load_packs
from orchestration.home import DEFAULT_PACKS, DEFAULT_POLICY, Home
from orchestration.policy import load_policy
from orchestration.policy.model import hash_of_tables, hash_rows
from orchestration.run.inputs import skipped_month, today
from orchestration.run.snapshots import keep_packs, keep_policy, open_packs, open_policy, open_policy_rows

JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))


@pytest.mark.parametrize(
    ("earlier", "month", "missing"),
    [([], MARCH, None), ([JANUARY], FEBRUARY, None), ([JANUARY], MARCH, FEBRUARY), ([JANUARY, FEBRUARY], MARCH, None)],
)
def test_f26_a_month_closes_on_the_one_before(earlier: list[date], month: date, missing: date | None) -> None:
    assert skipped_month(earlier, month) == missing


def test_a_release_knows_no_policy_row_recorded_after_its_own_time(tmp_path: Path) -> None:
    text = (DEFAULT_POLICY / "gate_waiver.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = [
        f"FP-12,H1,2025-01-01,known,A,2999-01-01,2025-01-01,,local,ref,A,{today()}",
        f"FP-13,H1,2025-01-01,not yet,A,2999-01-01,2025-01-01,,local,ref,A,{today() + timedelta(days=1)}",
    ]
    (tmp_path / "gate_waiver.csv").write_text("\n".join([text, *rows]) + "\n", encoding="utf-8")
    policy = load_policy(tmp_path)
    known = policy.known_by(today())
    assert [row["gate_id"] for row in known.rows["gate_waiver"]] == ["FP-12"]
    assert known.sha256 != policy.sha256
    assert policy.known_by(today() + timedelta(days=1)) is policy


def test_policies_and_packs_are_kept_by_content(tmp_path: Path) -> None:
    home = Home(tmp_path)
    policy, packs = load_policy(), load_packs(DEFAULT_PACKS)
    for _ in range(2):
        keep_policy(home, policy)
        keep_packs(home, packs)
    assert open_policy(home, policy.sha256).rows.keys() == policy.rows.keys()
    assert open_packs(home, [pack.sha256 for pack in packs]) == packs
    assert [path.name for path in (home.snapshots / "policy").iterdir()] == [policy.sha256]


def test_a_policy_kept_before_a_table_existed_opens_without_its_rows(tmp_path: Path) -> None:
    home, policy = Home(tmp_path), load_policy()
    keep_policy(home, policy)
    folder = home.snapshots / "policy" / policy.sha256
    earlier = policy.sha256_of(name for name in policy.rows if name != "year_end_band")
    (folder / "year_end_band.csv").unlink()
    with pytest.raises(BadInput, match="was altered"):
        open_policy(home, policy.sha256)
    folder.rename(folder.with_name(earlier))
    opened = open_policy(home, earlier)
    assert opened.rows["year_end_band"] == ()
    assert opened.sha256 == earlier
    assert opened.table_sha256["point_value"] == policy.table_sha256["point_value"]


def test_a_policy_kept_before_a_column_existed_opens_without_its_values(tmp_path: Path) -> None:
    home, policy = Home(tmp_path), load_policy()
    keep_policy(home, policy)
    folder = home.snapshots / "policy" / policy.sha256
    table = load_policy_contract()["bonus_coefficient"]
    names = [name for name in table.column_names if name != "group_code"]
    earlier_hash = hash_rows(table, policy.rows[table.name], names)
    assert earlier_hash != policy.table_sha256[table.name]
    earlier = hash_of_tables(policy.table_sha256 | {table.name: earlier_hash})
    file = folder / "bonus_coefficient.csv"
    file.chmod(0o644)
    place = table.column_names.index("group_code")
    cells = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    file.write_text("".join(",".join(row[:place] + row[place + 1 :]) + "\n" for row in cells), encoding="utf-8")
    with pytest.raises(BadInput, match="was altered"):
        open_policy(home, policy.sha256)
    folder.rename(folder.with_name(earlier))
    opened = open_policy(home, earlier)
    assert (opened.sha256, {row["group_code"] for row in opened.rows[table.name]}) == (earlier, {None})
    recorded = {"sha256": earlier, "tables": {table.name: earlier_hash}}
    assert len(open_policy_rows(home, recorded, table.name)) == len(policy.rows[table.name])
    with pytest.raises(BadInput, match="altered"):
        open_policy_rows(home, recorded | {"tables": policy.table_sha256}, table.name)


@pytest.mark.parametrize("kind", ["policy", "packs"])
def test_f42_an_altered_or_missing_snapshot_is_named(tmp_path: Path, kind: str) -> None:
    home = Home(tmp_path)
    policy, packs = load_policy(), load_packs(DEFAULT_PACKS)
    keep_policy(home, policy)
    keep_packs(home, packs)
    sha256 = policy.sha256 if kind == "policy" else packs[0].sha256
    path = next((home.snapshots / kind / sha256).glob("g*.csv"))
    path.chmod(0o644)
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    reopen = {"policy": lambda: open_policy(home, sha256), "packs": lambda: open_packs(home, [sha256])}[kind]
    with pytest.raises(BadInput, match="was altered"):
        reopen()
    (home.snapshots / kind / sha256).rename(tmp_path / "gone")
    with pytest.raises(BadInput, match="is missing"):
        reopen()
