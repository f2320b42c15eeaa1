"""The reconciliation statement: all of a published month on one page, and what it says when something is open."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.errors import AccessDenied, BadInput
from orchestration.lineage.opened import OpenedRelease, open_release
from orchestration.lineage.statement import Statement, read_statement, statement_page
from orchestration.lineage.words import reason_zh
from orchestration.privacy.access import read_log
from orchestration.privacy.visitor import USER_VARIABLE
from tests.conftest import Casemix
from tests.end_to_end.conftest import Published, copy_home

JANUARY = date(2025, 1, 1)


@pytest.fixture
def opened(january: Published) -> OpenedRelease:
    return open_release(january.home, "H1", JANUARY)


def edited(opened: OpenedRelease, mart: str, change: str) -> Statement:
    """The statement of a release in which rows of a mart were changed after its files had been verified."""
    opened.con.execute(f"create table edited as select * from {opened.relation(JANUARY, mart)}")
    opened.con.execute(f"update edited set {change}")
    opened._views[JANUARY, mart] = "edited"
    return read_statement(opened, JANUARY)


def test_a_month_fits_on_one_page_of_its_own(casemix: Casemix, january: Published, tmp_path: Path) -> None:
    page = tmp_path / "statement.html"
    place = ("2025-01", "--hospital", "H1", "--home", january.home.root)
    done = casemix("statement", *place, "--output", page, "--purpose", "月结复核")
    assert done.exit_code == 0, done.err
    text = page.read_text(encoding="utf-8")
    assert "全部闭合 all closed" in text and "未闭合" not in text and 'class="open"' not in text
    assert "差额 difference 0.00" in text
    assert "scored.fct_department_bonus.bonus_yuan" in text and "隔离待修" in text
    assert not re.search(r"https?:|<script|<link|url\(|@import|src=", text)
    (seen,) = [entry for entry in read_log(january.home) if entry["purpose"] == "月结复核"]
    assert seen["action"] == "statement" and seen["rows"] > 90 and "H1 2025-01" in seen["subject"]
    assert casemix("statement", *place).out == text


def test_it_states_every_identity_and_every_source_row(opened: OpenedRelease) -> None:
    statement = read_statement(opened, JANUARY)
    assert statement.is_closed and statement.difference == 0
    bonus = next(i for i in statement.identities if (i.relation, i.measure) == ("scored.fct_department_bonus", "bonus_yuan"))
    query = f"select sum(bonus_yuan) from {opened.relation(JANUARY, 'fct_department_bonus')}"
    assert opened.con.execute(query).fetchone() == (bonus.stated,)
    assert bonus.parents == ("fct_bonus_journal",)
    journal = [i for i in statement.identities if i.measure == "amount_micro_yuan"]
    assert all(i.unit == "元 yuan" and abs(i.stated) < 10**7 for i in journal), "micro-yuan are shown as yuan"
    charges = next(table for table in statement.tables if table.table == "his_charge")
    landed = opened.con.execute(f"select count(*), sum(amount) from {opened.relation(JANUARY, 'landing.his_charge')}").fetchone()
    assert (charges.received.rows, charges.received.amount) == landed


def test_an_identity_that_is_open_is_marked(opened: OpenedRelease) -> None:
    change = "is_closed = false, failing_rows = 3, difference_amount = -12.5 where relation = 'costed.fct_case_cost'"
    statement = edited(opened, "fct_reconciliation", change)
    assert not statement.is_closed and statement.difference >= Decimal("12.50")
    page = statement_page(statement)
    assert "未闭合 not closed" in page and 'class="open"' in page and "failing 3" in page and "-12.50" in page


@pytest.mark.parametrize(
    "change", ["row_count = row_count - 1", "amount_yuan = amount_yuan + 0.01", "key_checksum = key_checksum + 7"]
)
def test_a_source_table_that_is_open_is_marked(opened: OpenedRelease, change: str) -> None:
    statement = edited(opened, "fct_source_coverage", f"{change} where table_name = 'his_charge' and side = 'used'")
    assert [table.table for table in statement.tables if not table.is_closed] == ["his_charge"]
    assert not statement.is_closed
    assert '<tr class="open">' in statement_page(statement)


def test_an_altered_release_gets_no_statement(january: Published, tmp_path: Path) -> None:
    copy = copy_home(january.home, tmp_path / "copy")
    opened = open_release(copy, "H1", JANUARY)
    path = opened.files[JANUARY, "audit.fct_reconciliation"].verified(copy.published / opened.record.release_id)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(BadInput) as refused:
        read_statement(opened, JANUARY)
    assert refused.value.rule == "F42"


def test_who_may_not_see_the_hospital_is_refused(casemix: Casemix, january: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER_VARIABLE, "stranger")
    done = casemix("statement", "2025-01", "--hospital", "H1", "--home", january.home.root)
    assert done.exit_code == AccessDenied.exit_code
    assert "F49" in done.err and "对账单" not in done.out


@pytest.mark.parametrize(
    ("reason", "zh"),
    [
        ("used", ""),
        ("used, prior period", "属以前月份（冲销或迟到）"),
        ("suspense: item unknown", "待处理：项目不明"),
        ("reversed", "已冲销"),
    ],
)
def test_reasons_are_told_in_chinese(reason: str, zh: str) -> None:
    assert reason_zh(reason) == zh
