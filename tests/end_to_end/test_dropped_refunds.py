"""A model changed by hand to drop refunds or vouchers: a copy of the project is edited, and the month stops with the gate."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestration.home import PROJECT_ROOT
from tests.end_to_end.golden_hospital import MONTH, bonus_hospital, write_policy
from tests.support.delivery import write_policy_table

pytestmark = pytest.mark.slow
KEY = "1:" + "ab" * 32
ROOMS = ("orchestration", "dbt_project", "seeds", "expectations")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "target", "logs")


class Change(NamedTuple):
    """An edit of one model, what the run must say about it, and a gate somebody has waived."""

    model: str
    before: str
    after: str
    named: tuple[str, ...]
    waived: str | None = None


CHARGES = "conformed/int_conformed__charge.sql"
EVERY_CHARGE = "from {{ ref('stg_his__charge') }}\n\n),\n\nencounters"
CHANGES = {
    "points without refunds": Change(
        "scoring/int_scoring__sum_points.sql",
        "disposition_code in (0, 1)\n",
        "disposition_code in (0, 1) and quantity > 0\n",
        ("LIN-01", "scored.fct_workload_points.points sum"),
    ),
    "sums of charges without refunds": Change(
        "costing/int_costing__charge_volume.sql",
        "from {{ ref('int_conformed__charge') }}\n",
        "from {{ ref('int_conformed__charge') }} where quantity > 0\n",
        ("LIN-01", "costing.int_costing__charge_volume.quantity sum"),
    ),
    "charges without refunds": Change(
        CHARGES, EVERY_CHARGE, EVERY_CHARGE.replace(" }}", " }} where quantity > 0"), ("CON-02", "his_charge 1 rows -100.00 yuan")
    ),
    "charges without refunds, waved through": Change(
        CHARGES,
        EVERY_CHARGE,
        EVERY_CHARGE.replace(" }}", " }} where quantity > 0"),
        ("LIN-02", "his_charge 1 rows -100.00 yuan"),
        waived="CON-02",
    ),
    "every other expense line": Change(
        "costing/int_costing__ledger_line.sql",
        "where accounts.account_class = 'expense'\n",
        "where accounts.account_class = 'expense' and mod(lines.source_row, 4) = 2\n",
        ("LIN-02", "ledger_voucher_line"),
    ),
    "a bonus without its deduction": Change(
        "scoring/int_scoring__list_lines.sql",
        "where lines.amount_yuan <> 0\n",
        "where lines.amount_yuan <> 0 and lines.component <> 'OUTPATIENT_DEDUCTION'\n",
        ("LIN-01", "cover of int_scoring__deduct_outpatient.deduction_yuan by dept_id"),
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of everything a run reads."""
    folder = tmp_path_factory.mktemp("project")
    for room in ROOMS:
        shutil.copytree(PROJECT_ROOT / room, folder / room, ignore=LEFT_BEHIND)
    return folder


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hospital of golden J with ten more services charged, and refunded whole."""
    folder = tmp_path_factory.mktemp("refunds")
    hospital = bonus_hospital()
    charges = hospital.monthly[MONTH]["his_charge"]
    service = next(row for row in charges if row["charge_id"] == "V1-A")
    more = service | {"charge_id": "V1-M1", "quantity": 10, "amount": "100.00"}
    charges += [more, more | {"charge_id": "V1-M2", "quantity": -10, "amount": "-100.00", "reverses_charge_id": "V1-M1"}]
    hospital.write(folder / "source")
    write_policy(folder / "policy")
    return folder


def run(project: Path, month: Path, policy: Path, home: Path) -> subprocess.CompletedProcess[str]:
    arguments = ["--source", str(month / "source"), "--month", MONTH, "--policy", str(policy), "--home", str(home)]
    environment = os.environ | {"PYTHONPATH": str(project), "CASEMIX_PSEUDONYM_KEY": KEY}
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "run", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def policy_of(month: Path, folder: Path, waived: str | None) -> Path:
    """The policy of the month, with a waiver of a gate in it."""
    policy = shutil.copytree(month / "policy", folder / "policy")
    if waived:
        whose = {"hospital_id": "G2", "month": f"{MONTH}-01", "reason": "test", "approver": "test", "expires_on": "2099-01-01"}
        write_policy_table(policy, "gate_waiver", [{"gate_id": waived} | whose])
    return policy


@pytest.mark.parametrize("name", CHANGES)
def test_a_model_that_drops_rows_is_named(project: Path, month: Path, tmp_path: Path, name: str) -> None:
    change = CHANGES[name]
    model = project / "dbt_project" / "models" / change.model
    text = model.read_text(encoding="utf-8")
    assert text.count(change.before) == 1
    model.write_text(text.replace(change.before, change.after), encoding="utf-8")
    try:
        done = run(project, month, policy_of(month, tmp_path, change.waived), tmp_path / "home")
    finally:
        model.write_text(text, encoding="utf-8")
    assert done.returncode == 2, done.stderr
    said = " ".join(done.stderr.split())
    assert [words for words in change.named if words not in said] == []
    assert not (tmp_path / "home" / "published").exists()


def test_the_same_month_passes_with_the_models_as_they_are(project: Path, month: Path, tmp_path: Path) -> None:
    done = run(project, month, month / "policy", tmp_path / "home")
    assert done.returncode == 0, done.stderr
