"""Frozen reports: self-contained, true to the marts, logged, and refused to those who may not see them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cockpit.freeze import Asked, freeze_all, freeze_one, open_report
from cockpit.ui.figures import number, signed
from orchestration.cli.app import app
from orchestration.errors import AccessDenied, BadInput
from orchestration.home import Home
from orchestration.privacy.access import read_log
from orchestration.privacy.visitor import Grant, Visitor
from orchestration.release.serving import open_release
from orchestration.run.plan import parse_month

OUTSIDE = re.compile(r"https?://(?!www\.w3\.org)|<script|<link|\bsrc=|@import|url\(", flags=re.I)
FEBRUARY = parse_month("2025-02")


def test_a_department_report_says_why_the_bonus_moved(february: Home, tmp_path: Path) -> None:
    page = tmp_path / "0101.html"
    asked = ["report", "2025-02", "0101", "--hospital", "H1", "--home", str(february.root), "--output", str(page)]
    done = CliRunner().invoke(app, [*asked, "--purpose", "monthly meeting"])
    assert done.exit_code == 0, (done.output, done.exception)
    text = page.read_text(encoding="utf-8")
    bonuses = open_release(february).execute(
        "select bonus_yuan from scored.fct_department_bonus where hospital_id = 'H1' and dept_id = '0101' order by month"
    )
    before, now = (row[0] for row in bonuses.fetchall())
    assert number(now) in text and signed(now - before) in text and "<svg" in text
    assert not OUTSIDE.search(text)
    last = list(read_log(february))[-1]
    assert (last["action"], last["purpose"], last["rows"]) == ("report", "monthly meeting", 1)


def test_every_report_of_a_month_and_their_links(february: Home, tmp_path: Path) -> None:
    asked = Asked("H1", FEBRUARY, language="en")
    count = freeze_all(open_report(february, asked), asked, tmp_path)
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert len(pages) == count > 40
    linked = set(re.findall(r'href="([^"]+)"', pages["index.html"]))
    assert linked and linked <= set(pages)
    assert {name for name in pages if name.startswith("doctor-")}
    assert [name for name, page in pages.items() if OUTSIDE.search(page)] == []
    assert "Monthly report" in pages["index.html"]


def test_a_doctor_report_shows_the_doctors_cases_alone(february: Home) -> None:
    con = open_release(february)
    counted = "select doctor_id, count(*) from grouped.fct_case where hospital_id = 'H1' and month = '2025-02-01' group by 1"
    doctor, cases = con.execute(f"{counted} order by 2 desc, 1").fetchall()[0]
    asked = Asked("H1", FEBRUARY, doctor)
    page = freeze_one(open_report(february, asked), asked)
    stays = con.execute(
        "select stay_id, doctor_id from grouped.fct_case where hospital_id = 'H1' and month = '2025-02-01'"
    ).fetchall()
    shown = {stay_id: doctor_id for stay_id, doctor_id in stays if stay_id in page}
    assert len(shown) == cases and set(shown.values()) == {doctor}


def test_what_is_not_there_and_who_may_not_see_it(february: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput):
        open_report(february, Asked("H2", FEBRUARY))
    nobody = Asked("H1", FEBRUARY, "nobody")
    with pytest.raises(BadInput):
        freeze_one(open_report(february, nobody), nobody)
    monkeypatch.setenv("CASEMIX_USER", "a stranger")
    department = Asked("H1", FEBRUARY, "0101")
    with pytest.raises(AccessDenied):
        freeze_one(open_report(february, department), department)
    assert list(read_log(february))[-1]["is_refused"]


def test_the_region_gets_reports_of_departments_and_of_no_person(february: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    region = Visitor("region", (Grant("region", "*", None),))
    doctor = open_release(february).execute("select min(doctor_id) from grouped.fct_case where month = '2025-02-01'").fetchone()
    assert doctor is not None
    persons = Asked("H1", FEBRUARY, doctor[0])
    assert doctor[0] in freeze_one(open_report(february, persons), persons)
    monkeypatch.setattr("cockpit.freeze.identify", lambda home: region)
    departments = Asked("H1", FEBRUARY, "0101")
    assert "<svg" in freeze_one(open_report(february, departments), departments)
    with pytest.raises(BadInput):
        freeze_one(open_report(february, persons), persons)
