"""Every fault alters what it says, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.sample import write_sample
from orchestration.sample.faults import FAULTS, DeliveryEditor

CHANGED = {
    "F01": {"ledger_voucher_line.csv"}, "F02": {"performance_score.csv"}, "F03": {"his_charge.csv"},
    "F04": {"his_charge.csv", "his_stock_issue.csv"}, "F05": {"his_charge.csv"}, "F06": {"his_settlement.csv"},
    "F07": {"his_charge.csv"}, "F08": {"his_charge.csv"}, "F09": {"his_charge.csv"}, "F10": {"ledger_voucher_line.csv"},
    "F11": {"his_charge.csv"}, "F12": {"his_charge.csv"}, "F13": {"his_charge.csv"},
    "F14": {"performance_score.csv", "performance_score.xlsx"}, "F15": {"his_charge.csv"},
    "F16": {"his_charge.csv", "his_charge.parquet"}, "F17": {"his_stock_issue.csv", "outside.csv"}, "F18": {".done"},
    "F19": {"his_charge.02.csv"}, "F20": {"his_charge.02.csv"}, "F21": {"his_charge.csv"}, "F25": set(),
    "F27": {"his_charge.csv"}, "F28": {"his_charge.csv"}, "F29": {"his_charge.csv"}, "F30": {"his_charge.csv"},
    "F31": {"his_staff.csv"}, "F32": {"his_charge.csv", "emr_front_page.csv"}, "F33": {"parameter.csv"},
    "F34": {"performance_pool.csv"}, "F35": {"ledger_allocation_driver.csv"}, "F36": {"performance_opening.csv"},
}  # fmt: skip
ABOUT_THE_MANIFEST = {"F05", "F16", "F17", "F25"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    write_sample(folder, form="contract", scale=1_500, months=2, hospitals=["H1"])
    return folder


@pytest.fixture
def editor(sound, tmp_path) -> DeliveryEditor:
    shutil.copytree(sound, tmp_path / "sample")
    return DeliveryEditor(tmp_path / "sample", "H1", "2025-01")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()}


def test_every_plantable_fault_is_there():
    numbers = [*range(1, 22), 25, *range(27, 37)]
    assert sorted(FAULTS) == [f"F{number:02d}" for number in numbers] == sorted(CHANGED)
    assert all(fault.description for fault in FAULTS.values())


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_a_fault_changes_what_it_says(sound, editor, code):
    FAULTS[code].plant(editor)
    before, after = contents(sound), contents(editor.root)
    changed = {Path(name).name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed - {"manifest.json"} == CHANGED[code]
    later = {name: content for name, content in before.items() if "/2025-02/" in name}
    assert all(after[name] == content for name, content in later.items())


@pytest.mark.parametrize("code", sorted(set(FAULTS) - ABOUT_THE_MANIFEST))
def test_the_manifest_stays_in_step(editor, code):
    FAULTS[code].plant(editor)
    for folder in (editor.folder, editor.reference):
        for name, entry in editor.manifest(folder)["files"].items():
            assert entry["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()


def test_the_command_plants_into_the_first_hospital(tmp_path):
    write_sample(tmp_path / "bad", fault="F13", scale=1_500, months=1)
    assert b",10.005," in (tmp_path / "bad/H1/2025-01/his_charge.csv").read_bytes()


def test_faults_need_the_contract_form(tmp_path):
    with pytest.raises(ConfigurationError):
        write_sample(tmp_path, fault="F01", form="native")
    with pytest.raises(ConfigurationError, match="two months"):
        write_sample(tmp_path, fault="F18", scale=1_500, months=1)
