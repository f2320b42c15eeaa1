"""From every bonus of the sample months to source rows and back, and what a trace says when something was altered."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.lineage.evidence import Evidence
from orchestration.lineage.evidence_formats import evidence_page
from orchestration.lineage.formats import leaf_row, write_leaves
from orchestration.lineage.opened import OpenedRelease, open_release
from orchestration.lineage.pack import CONTENTS, EVIDENCE, TRACE, verify_pack, write_pack
from orchestration.lineage.trace import Trace, bonus_subject, explain_month, mart_subject
from tests.conftest import Casemix
from tests.end_to_end.conftest import copy_home

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
MONTHS = [("H1", JANUARY), ("H1", FEBRUARY), ("H2", JANUARY)]


@pytest.fixture(scope="module")
def home(february: Home) -> Home:
    return february


@pytest.fixture
def opened(home: Home) -> OpenedRelease:
    return open_release(home, "H1", JANUARY)


@pytest.mark.parametrize(("hospital", "month"), MONTHS)
def test_every_bonus_is_explained_to_the_fen(home: Home, hospital: str, month: date) -> None:
    everyone = explain_month(open_release(home, hospital, month), month)
    assert len(everyone.lines) > 1_000
    assert everyone.difference == 0
    assert {number: gap for number, gap in everyone.leaf_differences.items() if gap} == {}
    assert [line.component for line in everyone.lines if not everyone.leaf_counts[line.number]] == []


@pytest.mark.parametrize(("hospital", "month"), MONTHS)
def test_every_identity_closes_and_every_source_row_is_accounted_for(home: Home, hospital: str, month: date) -> None:
    opened = open_release(home, hospital, month)
    identities = opened.relation(month, "fct_reconciliation")
    assert opened.con.execute(f"select * from {identities} where not is_closed").fetchall() == []
    assert opened.con.execute(f"select count(*) from {identities}").fetchone()[0] > 60  # type: ignore[index]
    coverage = opened.relation(month, "fct_source_coverage")
    sides = "sum(case side when 'received' then {0} else -{0} end)"
    figures = ", ".join(sides.format(column) for column in ("row_count", "amount_yuan", "key_checksum"))
    for table, *differences in opened.con.execute(f"select table_name, {figures} from {coverage} group by 1").fetchall():
        assert differences == [0, 0, 0], table


def test_leaves_add_up_to_the_running_sum_and_name_rows_of_the_delivered_file(opened: OpenedRelease, sample: Path) -> None:
    trace = Trace(opened, JANUARY, bonus_subject(opened, JANUARY, "0101"))
    leaves = list(trace.leaves())
    assert sum(leaf.contribution for leaf in leaves) == trace.total == leaves[-1].running
    charges = [leaf for leaf in leaves if leaf.table == "his_charge" and leaf.month == JANUARY]
    rows = (sample / "H1" / "2025-01" / "收费明细.csv").read_text(encoding="gb18030").splitlines()
    assert all(leaf.key in rows[int(leaf.file_row or 0) - 1] for leaf in charges)
    assert all(leaf.source and leaf.source.source_name == "H1/2025-01/收费明细.csv" for leaf in charges)


def test_the_file_the_engine_writes_says_what_the_leaves_say(opened: OpenedRelease) -> None:
    """Every cell; a name that a spreadsheet would run as a formula is led by an apostrophe, negative numbers stay numbers."""
    trace = Trace(opened, JANUARY, bonus_subject(opened, JANUARY, "0101"))
    trace.lines = [replace(line, component=f"={line.component}") for line in trace.lines]
    text = io.StringIO()
    count = write_leaves(trace, text, 40)
    written = list(csv.DictReader(io.StringIO(text.getvalue())))
    read = [leaf_row(leaf) for leaf in trace.leaves(40)]
    assert len(written) == count == len(read) > 100
    assert all(row["component"].startswith("'=") for row in written)
    assert any(row["contribution_yuan"].startswith("-") for row in written)
    for row, leaf in zip(written, read, strict=True):
        expected = leaf | {name: f"'{leaf[name]}" for name in ("component", "component_zh")}
        assert row == {name: "" if value is None else str(value) for name, value in expected.items()}


def refund_of(opened: OpenedRelease) -> tuple[str, int, int]:
    """A department and the rows of a charge it was paid points for and of its whole refund."""
    landing = opened.relation(JANUARY, "landing.his_charge")
    items = opened.relation(JANUARY, "int_conformed__item_period")
    query = f"""
        select refund.ordering_dept_id, charge.source_row, refund.source_row
        from {landing} as refund
        inner join {landing} as charge on refund.reverses_charge_id = charge.charge_id and refund.quantity = -charge.quantity
        inner join {items} as items on refund.item_id = items.item_id
        where refund.encounter_type = 'outpatient' and items.judging_points > 0 order by 3 limit 1"""
    found = opened.con.execute(query).fetchone()
    assert found is not None
    return found


def test_f29_a_charge_and_its_refund_both_appear(opened: OpenedRelease) -> None:
    dept_id, charge, refund = refund_of(opened)
    trace = Trace(opened, JANUARY, bonus_subject(opened, JANUARY, dept_id, "POINTS"))
    found = {leaf.file_row: leaf for leaf in trace.leaves() if leaf.file_row in (charge, refund)}
    assert found[charge].contribution > 0 > found[refund].contribution
    assert abs(found[charge].contribution + found[refund].contribution) <= Decimal("0.000001")
    assert found[refund].counted == -found[charge].counted  # type: ignore[operator]


@pytest.mark.parametrize(
    ("mart", "key"),
    [
        ("costed.fct_department_cost", {"dept_id": "0101"}),
        ("costed.fct_case_cost", {"method": "top_down"}),
        ("settled.fct_case_settlement", {"basis": "simulated"}),
        ("settled.fct_case_settlement", {"basis": "actual"}),
        ("settled.fct_true_up", {"dept_id": "0101"}),
        ("costed.fct_open_stay", {"dept_id": "0101"}),
        ("costed.fct_item_cost", {"dept_id": "0201", "method": "revenue"}),
    ],
)
def test_other_figures_are_explained_too(home: Home, mart: str, key: dict[str, str]) -> None:
    opened = open_release(home, "H1", FEBRUARY)
    trace = Trace(opened, FEBRUARY, mart_subject(mart, key))
    assert trace.difference == 0
    assert not any(trace.leaf_differences.values())


@pytest.fixture
def carded(opened: OpenedRelease) -> OpenedRelease:
    """A release whose card gave the surgical department an award above its cap, and took a grade from it."""
    card = opened.relation(JANUARY, "fct_scorecard")
    opened.con.execute(
        f"""create table carded as select * replace (
            500.25 as award_yuan, 100.5 as over_cap_yuan, -40.75 as veto_yuan, true as is_veto, false as is_attained)
        from {card} where indicator_code = 'material_share'"""
    )
    opened._views[JANUARY, "fct_scorecard"] = "carded"
    return opened


@pytest.mark.parametrize(
    ("measure", "table", "amount"),
    [
        ("award_yuan", "award", "500.25"),
        ("over_cap_yuan", "award", "100.5"),
        ("veto_yuan", "indicator_target", "-40.75"),
    ],
)
def test_what_the_card_gives_and_takes_is_traced_to_rows_of_the_policy(
    carded: OpenedRelease, home: Home, measure: str, table: str, amount: str
) -> None:
    subject = mart_subject("scored.fct_scorecard", {"dept_id": "0101", "indicator_code": "material_share"}, measure)
    trace = Trace(carded, JANUARY, subject)
    leaves = list(trace.leaves())
    assert {leaf.table for leaf in leaves} == {f"policy.{table}"}
    assert sum(leaf.contribution for leaf in leaves) == Decimal(amount)
    for leaf in leaves:
        rows = (home.root / leaf.source.source_name).read_text(encoding="utf-8").splitlines()
        assert "material_share" in rows[leaf.file_row - 1] and leaf.key.startswith("material_share")


def test_an_altered_policy_snapshot_stops_the_trace(home: Home, tmp_path: Path) -> None:
    copy = copy_home(home, tmp_path / "copy")
    for path in copy.snapshots.glob("policy/*/parameter.csv"):
        path.chmod(0o600)
        path.write_text(path.read_text(encoding="utf-8").replace("recognition_ratio,0.70", "recognition_ratio,0.71"), "utf-8")
    opened = open_release(copy, "H1", JANUARY)
    with pytest.raises(BadInput, match="altered parameter") as refused:
        opened.relation(JANUARY, "policy.parameter")
    assert refused.value.rule == "F42"


def indicators(opened: OpenedRelease, level: str, subject: str) -> list[Evidence]:
    relation = opened.relation(JANUARY, "fct_indicator")
    query = f"select indicator_code from {relation} where level = ? and subject_id = ? order by 1"
    codes = opened.con.execute(query, [level, subject]).fetchall()
    key = {"level": level, "subject_id": subject}
    return [Evidence(opened, JANUARY, "scored.fct_indicator", key | {"indicator_code": code}) for (code,) in codes]


@pytest.mark.parametrize(("level", "subject"), [("hospital", "H1"), ("department", "0101")])
def test_rows_behind_an_indicator_add_up_to_it(opened: OpenedRelease, level: str, subject: str) -> None:
    found = indicators(opened, level, subject)
    assert len(found) > 20
    for evidence in found:
        name = evidence.key["indicator_code"]
        assert evidence.rows or not evidence.row["denominator"], name
        assert evidence.definitions, name
        is_index = evidence.row["numerator_name"] == "indicator_component"
        assert is_index or "numerator" in evidence.differences, f"{name}: only the parts of an index add up to something"
        assert {side: gap for side, gap in evidence.differences.items() if gap} == {}, name


def test_an_indicator_names_its_definition_and_the_rows_of_the_delivered_file(
    casemix: Casemix, home: Home, sample: Path, tmp_path: Path
) -> None:
    key = ("--key", "level=department", "--key", "subject_id=0101", "--key", "indicator_code=average_stay_days")
    asked = ("trace", "2025-01", "--hospital", "H1", "--mart", "scored.fct_indicator", *key, "--home", home.root)
    told = json.loads(casemix(*asked, "--format", "json").out)
    assert told["difference"] == {"numerator": "0", "denominator": "0"}
    assert {Path(found["source_file"]).name for found in told["definitions"]} == {"indicator.csv", "indicator_definition.csv"}
    assert told["rows"] == int(told["published"]["denominator"]) == len(told["evidence"])
    rows = (sample / "H1" / "2025-01" / "病案首页.csv").read_text(encoding="gb18030").splitlines()
    assert all(row["key"] in rows[row["file_row"] - 1] for row in told["evidence"])
    page = tmp_path / "indicator.html"
    assert casemix(*asked, "--format", "html", "--output", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "与发布值一致" in text and "<script" not in text and "http" not in text
    printed = casemix(*asked)
    assert "average_stay_days" in printed.out and "difference" in printed.out
    pack, forged = tmp_path / "pack.zip", tmp_path / "forged.zip"
    assert casemix(*asked, "--pack", pack).exit_code == 0
    verified = casemix("verify", "--pack", pack)
    assert verified.exit_code == 0 and told["published"]["value"] in verified.out
    rewrite(pack, forged, EVIDENCE, lambda told: told["evidence"][0].update(numerator="99"))
    with pytest.raises(BadInput, match="the sum of the numerator"):
        verify_pack(forged)


def rewrite(pack: Path, forged: Path, member: str, edit: Callable[[dict[str, Any]], None]) -> None:
    """A pack with one member edited and its hash with it."""
    with zipfile.ZipFile(pack) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    told = json.loads(files[member])
    edit(told)
    files[member] = json.dumps(told).encode()
    hashes = json.loads(files[CONTENTS]) | {member: hashlib.sha256(files[member]).hexdigest()}
    files[CONTENTS] = json.dumps(hashes).encode()
    with zipfile.ZipFile(forged, "w") as other:
        for name, content in files.items():
            other.writestr(name, content)


def test_an_indicator_whose_rows_were_altered_differs(opened: OpenedRelease) -> None:
    opened.con.execute(f"create table stays as select * from {opened.relation(JANUARY, 'fct_indicator_case')}")
    opened._views[JANUARY, "fct_indicator_case"] = "stays"
    opened.con.execute("update stays set stay_days = stay_days + 1 where dept_id = '0101'")
    key = {"level": "department", "subject_id": "0101", "indicator_code": "average_stay_days"}
    evidence = Evidence(opened, JANUARY, "scored.fct_indicator", key)
    assert evidence.differences == {"numerator": -len(evidence.rows), "denominator": 0}


@pytest.fixture
def grown(home: Home, monkeypatch: pytest.MonkeyPatch) -> Evidence:
    """The growth of the fee of a department's cases over the month before: a sample of two months has no year to look back."""
    monkeypatch.setattr("orchestration.lineage.evidence.YEAR", 1)
    opened = open_release(home, "H1", FEBRUARY)
    key = {"level": "department", "subject_id": "0101", "indicator_code": "fee_per_case"}
    now, before = (Evidence(opened, month, "scored.fct_indicator", key).row for month in (FEBRUARY, JANUARY))
    expected = (before["numerator"] * now["denominator"] / before["denominator"]).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    opened.con.execute(
        f"""create table grown as from {opened.relation(FEBRUARY, "fct_indicator")} union all
            select * replace (
                'fee_per_case_growth' as indicator_code, numerator - {expected} as numerator, {expected} as denominator,
                'fee_per_case' as numerator_name, null as denominator_name
            ) from {opened.relation(FEBRUARY, "fct_indicator")}
            where level = 'department' and subject_id = '0101' and indicator_code = 'fee_per_case'"""
    )
    opened._views[FEBRUARY, "fct_indicator"] = "grown"
    return Evidence(opened, FEBRUARY, "scored.fct_indicator", key | {"indicator_code": "fee_per_case_growth"})


def test_a_growth_rests_on_the_rows_of_both_months(grown: Evidence, tmp_path: Path) -> None:
    assert grown.differences == {"numerator": 0, "denominator": 0}
    assert [one.month for one in grown.compared] == [FEBRUARY, JANUARY]
    assert {row.month for row in grown.rows} == {FEBRUARY, JANUARY}
    assert all(row.source and row.source.source_name.startswith(f"H1/{row.month:%Y-%m}/") for row in grown.rows)
    codes = [found.values["指标编码"] for found in grown.definitions]
    assert {"fee_per_case_growth", "fee_per_case"} == set(codes)
    assert "同比" in evidence_page(grown, 10)
    write_pack(grown, tmp_path / "growth.zip")
    assert verify_pack(tmp_path / "growth.zip")["subject"]["indicator_code"] == "fee_per_case_growth"


@pytest.fixture
def altered(opened: OpenedRelease) -> OpenedRelease:
    """A release whose charges are a table that may be edited; files are verified as before."""
    opened.con.execute(f"create table edited as select * from {opened.relation(JANUARY, 'int_conformed__charge')}")
    opened._views[JANUARY, "int_conformed__charge"] = "edited"
    return opened


def test_a_perturbed_leaf_moves_its_line_by_its_weight_times_the_rate(altered: OpenedRelease) -> None:
    """A charge judged once more: what the department's points are worth moves by its points, and the trace says so."""
    dept_id, charge, _ = refund_of(altered)
    subject = mart_subject("scored.fct_workload_points", {"dept_id": dept_id, "point_kind": "judging"})
    before = next(leaf for leaf in Trace(altered, JANUARY, subject).leaves() if leaf.file_row == charge)
    altered.con.execute(f"update edited set quantity = quantity + 1 where source_row = {charge}")
    trace = Trace(altered, JANUARY, subject)
    after = next(leaf for leaf in trace.leaves() if leaf.file_row == charge)
    assert before.rate == after.rate
    assert after.counted == before.counted + 1  # type: ignore[operator]
    assert [gap for gap in trace.leaf_differences.values() if gap] == [-before.rate]  # type: ignore[operator]


def test_a_deleted_leaf_is_a_difference(altered: OpenedRelease) -> None:
    dept_id, charge, _ = refund_of(altered)
    altered.con.execute(f"delete from edited where source_row = {charge}")
    trace = Trace(altered, JANUARY, mart_subject("scored.fct_workload_points", {"dept_id": dept_id}))
    assert any(trace.leaf_differences.values())


def test_the_auditor_walks_from_a_bonus_to_a_refund_in_three_commands(
    casemix: Casemix, home: Home, opened: OpenedRelease
) -> None:
    dept_id, _, refund = refund_of(opened)
    place = ("2025-01", dept_id, "--hospital", "H1", "--home", home.root)
    first = casemix("trace", *place)
    assert first.exit_code == 0, first.err
    assert "POINTS" in first.out and "0.00" in first.out
    second = casemix("trace", *place, "--component", "POINTS", "--negative", "--format", "csv", "--purpose", "复核退费")
    rows = list(csv.DictReader(io.StringIO(second.out)))
    (row,) = [row for row in rows if row["file_row"] == str(refund)]
    assert row["source_file"] == "H1/2025-01/收费明细.csv"
    original = home.landing / "H1" / "2025-01" / row["batch_id"] / "original" / row["source_file"].replace("/", "__")
    third = original.read_bytes().split(b"\n")[refund - 1].decode("gb18030")
    assert row["key"] in third
    assert '"purpose":"复核退费"' in (home.root / "access.jsonl").read_text(encoding="utf-8")


def test_a_page_stands_on_its_own(casemix: Casemix, home: Home, tmp_path: Path) -> None:
    page = tmp_path / "0101.html"
    done = casemix("trace", "2025-02", "0101", "--hospital", "H1", "--format", "html", "--output", page, "--home", home.root)
    assert done.exit_code == 0, done.err
    text = page.read_text(encoding="utf-8")
    assert "逐笔闭合" in text and "<svg" in text and "收费明细.csv" in text
    assert "http" not in text.replace("http://www.w3.org", "") and "<script" not in text


def test_a_pack_verifies_itself_and_names_what_was_changed(casemix: Casemix, home: Home, tmp_path: Path) -> None:
    pack = tmp_path / "0101.zip"
    done = casemix("trace", "2025-02", "0101", "--hospital", "H1", "--pack", pack, "--home", home.root)
    assert done.exit_code == 0, done.err
    assert casemix("verify", "--pack", pack).exit_code == 0
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(pack) as whole, zipfile.ZipFile(forged, "w") as other:
        for name in whole.namelist():
            content = whole.read(name)
            if name == TRACE:
                trace = json.loads(content)
                trace["leaves"][0]["contribution_yuan"] = "1.00"
                content = json.dumps(trace).encode()
            other.writestr(name, content)
    with pytest.raises(BadInput, match="its files"):
        verify_pack(forged)
    assert CONTENTS in zipfile.ZipFile(forged).namelist()


def test_an_altered_landing_file_stops_the_trace(home: Home, tmp_path: Path) -> None:
    copy = copy_home(home, tmp_path / "copy")
    (path,) = (copy.landing / "H1" / "2025-01").glob("b*/his_charge.parquet")
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    opened = open_release(copy, "H1", JANUARY)
    with pytest.raises(BadInput) as refused:
        list(Trace(opened, JANUARY, bonus_subject(opened, JANUARY, "0101", "POINTS")).leaves())
    assert refused.value.rule == "F42"


def test_a_department_nobody_knows_is_bad_input(casemix: Casemix, home: Home) -> None:
    done = casemix("trace", "2025-01", "9999' or '1'='1", "--hospital", "H1", "--home", home.root)
    assert done.exit_code == 3
    assert "没有科室或职工" in done.err
