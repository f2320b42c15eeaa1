"""Both national packs of the reference data import unchanged and give the expected group of every case."""

from __future__ import annotations

import csv
import os
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.grouping import check_pack, load_pack
from orchestration.grouping.command import group_file
from orchestration.grouping.compile import flatten
from orchestration.grouping.engine import Engine
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
    assert len(list(flatten(pack))) == paths
    with closing(Engine(pack)) as engine:
        done = group_file(CASES, engine, tmp_path / "groups.csv", batch_bytes=20_000)
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
def test_threads_and_batch_size_change_nothing(tmp_path: Path, batch_bytes: int) -> None:
    pack = load_pack(PACKS / "chs_drg_20")
    for name, threads, size in (("one.csv", 1, 60_000), ("other.csv", 2, batch_bytes)):
        with closing(Engine(pack, threads)) as engine:
            group_file(CASES, engine, tmp_path / name, batch_bytes=size)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()
