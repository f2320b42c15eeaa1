"""Both national packs of the reference data import unchanged and give the expected group of every case."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from orchestration.grouping import check_pack, load_pack
from orchestration.grouping.command import group_file
from tests.unit.grouping.plain_grouper import PlainCase, group_plainly

REFERENCE = os.environ.get("CASEMIX_REFERENCE_DATA")
pytestmark = [pytest.mark.reference, pytest.mark.skipif(not REFERENCE, reason="CASEMIX_REFERENCE_DATA names no folder")]
PACKS = Path(REFERENCE or ".") / "packs"
CASES = PACKS / "cases_with_expected_groups.csv"
PLAINLY = 60


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("name", "paths"), [("chs_drg_11", 1010), ("chs_drg_20", 1337)])
def test_every_case_gets_its_expected_group(tmp_path: Path, name: str, paths: int) -> None:
    assert check_pack(PACKS / name) == []
    pack = load_pack(PACKS / name)
    done = group_file(CASES, pack, tmp_path / "groups.csv", batch_bytes=20_000)
    found, expected = _rows(tmp_path / "groups.csv"), _rows(CASES)
    assert done.cases == len(expected) == len(found)
    wrong = [
        (row["case_id"], row["drg"]) for row, case in zip(found, expected, strict=True) if row["drg"] != case[f"expected_{name}"]
    ]
    assert wrong == []
    for row, case in list(zip(found, expected, strict=True))[:PLAINLY]:
        numbers = {
            "sex": case["gender"],
            "age_years": case["age"],
            "age_days": case["age_days"],
            "birth_weight_g": case["birth_weight"],
        }
        numbers |= {"length_of_stay_days": case["los"], "discharge_way": case["leaving_type"]}
        codes = [tuple(case[key].split("|")) if case[key] else () for key in ("dx", "procs")]
        plain = group_plainly(pack, PlainCase(codes[0], codes[1], {k: int(v) for k, v in numbers.items() if v}))
        assert (row["mdc"] or None, row["adrg"] or None, row["drg"]) == plain


@pytest.mark.parametrize("batch_bytes", [20_000, 10_000_000])
def test_batch_size_changes_nothing(tmp_path: Path, batch_bytes: int) -> None:
    pack = load_pack(PACKS / "chs_drg_20")
    group_file(CASES, pack, tmp_path / "one.csv", batch_bytes=60_000, threads=1)
    group_file(CASES, pack, tmp_path / "other.csv", batch_bytes=batch_bytes, threads=2)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()
