"""The shipped demonstration pack, the store of imported packs and the two commands."""

from __future__ import annotations

import csv
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.errors import BadInput, ConfigurationError
from orchestration.grouping import PackRefused, check_pack, load_pack
from orchestration.grouping.command import group_file
from orchestration.grouping.engine import Engine
from orchestration.grouping.explain import Case, Explainer
from orchestration.grouping.pack import CODE_FIELDS, KINDS, NUMBER_FIELDS
from orchestration.grouping.store import find_pack, import_pack, list_packs, packs_in_force
from orchestration.home import DEFAULT_PACKS, Home
from tests.unit.grouping.small_pack import edited, write_pack

HEADER = "case_id,gender,age,age_days,birth_weight,los,leaving_type,dx,procs\n"


def _csv(path: Path, *rows: str) -> Path:
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def _group(cases: Path, folder: Path, output: Path, columns: dict[str, str] | None = None) -> None:
    with closing(Engine(load_pack(write_pack(folder / "pack")))) as engine:
        group_file(cases, engine, output, columns)


def test_demonstration_pack_shows_every_kind_of_rule() -> None:
    folder = DEFAULT_PACKS / "chs_drg_demo"
    assert check_pack(folder) == []
    pack = load_pack(folder)
    assert sum(group.level == "drg" for group in pack.groups) >= 60
    assert {group.kind for group in pack.groups if group.level == "adrg"} == set(KINDS)
    assert {term.predicate.field for term in pack.terms} == {*CODE_FIELDS, *NUMBER_FIELDS, "complication"}
    operators = {term.predicate.operator for term in pack.terms}
    assert operators == {"in_set", "not_in_set", "count_sets_at_least", "<", "<=", ">", ">=", "=", "has"}


def test_packs_are_stored_by_content_and_the_last_import_is_in_force(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = import_pack(home, write_pack(tmp_path / "first"))
    second = import_pack(home, write_pack(tmp_path / "second", group=edited("group", "body B", "other name")))
    assert [(one.sha256, one.is_in_force) for one in list_packs(home)] == [(first.sha256, False), (second.sha256, True)]
    import_pack(home, tmp_path / "first")
    assert [one.sha256 for one in list_packs(home) if one.is_in_force] == [first.sha256]
    assert [pack.version for pack in packs_in_force(home)] == ["demo-1", "1"]
    assert [pack.version for pack in packs_in_force(home, tmp_path / "second")] == ["1"]
    assert find_pack(home, "TEST 1").sha256 == find_pack(home, first.sha256[:8]).sha256 == first.sha256


def test_a_refused_pack_is_not_stored_and_a_changed_one_not_used(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(PackRefused):
        import_pack(home, write_pack(tmp_path / "bad", term=edited("term", "<=,28", "<=,28d")))
    assert list_packs(home) == []
    stored = import_pack(home, write_pack(tmp_path / "good"))
    (stored.folder / "group.csv").write_text(edited("group", "body B", "altered"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has changed since it was imported"):
        packs_in_force(home)


def test_group_command_writes_and_explains(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    cases = _csv(tmp_path / "cases.csv", "k1,2,40,,,3,1,B02|C01,40.0", 'k"2,,,,,,,X,', "k3,1,0,5,1400,9,1,,")
    output = tmp_path / "groups.csv"
    done = CliRunner().invoke(app, ["group", str(cases), "--pack", str(pack), "--output", str(output), "--explain"])
    assert done.exit_code == 0, done.output
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["case_id", "mdc", "adrg", "drg", "status", "complication", "rule"],
        ["k1", "MDCB", "AB1", "AB11", "grouped", "MCC", "MDCB.1/AB1.1/AB11.1"],
        ['k"2', "", "", "0000", "ungrouped", "none", ""],
        ["k3", "MDCP", "PS1", "PS13", "grouped", "none", "MDCP.1/PS1.1/PS13"],
    ]
    assert "case k1: MDCB.1/AB1.1/AB11.1; complication MCC" in done.output
    assert "FAILS  age_years = 0  <- 40" in done.output
    assert 'case k"2: no rule holds' in done.output


def test_the_nearest_rule_is_the_one_with_most_terms_that_held(tmp_path: Path) -> None:
    """Of two rules that each fail on one term, the one with more terms that hold comes first."""
    pack = load_pack(write_pack(tmp_path))
    numbers = {"age_years": Decimal(0), "age_days": Decimal(3), "birth_weight_g": Decimal(2500)}
    explained = Explainer(pack).explain(Case("k", ("B01", "C03"), (), numbers))
    assert explained.decided and explained.decided.rule == "MDCB.1/AR1.1/AR11.1"
    assert [(near.rule, near.failed, len(near.answers)) for near in explained.nearest[:2]] == [
        ("MDCP.1/PS1.1/PS13", 1, 3),
        ("MDCB.1/AB1.1/AB15", 1, 2),
    ]


def test_commands_of_packs(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack"), ["--home", str(tmp_path / "home")]
    assert CliRunner().invoke(app, ["pack", "check", str(pack)]).exit_code == 0
    assert "6 DRG groups" in CliRunner().invoke(app, ["pack", "import", str(pack), *home]).output
    listed = CliRunner().invoke(app, ["pack", "list", *home]).output
    assert "TEST" in listed and "demo-1" in listed and "shipped" in listed


def test_a_catalogue_folder_is_checked_as_policy_and_not_imported(tmp_path: Path) -> None:
    header = "version,group_code,kind,diagnosis_prefix,procedure_rule,treatment_class,group_name,valid_from,source_type\n"
    catalogue, terms = tmp_path / "dip_group.csv", tmp_path / "dip_term.csv"
    catalogue.write_text(header + "v,K35.3:0,core,K35.3,,,阑尾炎,2025-01-01,local\n", encoding="utf-8")
    terms.write_text("version,group_code,alternative,field,operator,operand,valid_from\n", encoding="utf-8")
    assert "DIP catalogue of 1 groups" in CliRunner().invoke(app, ["pack", "check", str(tmp_path)]).output
    refused = CliRunner().invoke(app, ["pack", "import", str(tmp_path), "--home", str(tmp_path / "home")])
    assert isinstance(refused.exception, ConfigurationError) and "--policy" in str(refused.exception)
    catalogue.write_text(header + "v,K35.3:0,core,,,,阑尾炎,2025-01-01,local\n", encoding="utf-8")
    wrong = CliRunner().invoke(app, ["pack", "check", str(tmp_path)]).exception
    assert isinstance(wrong, ConfigurationError) and wrong.place.row == 2


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        (HEADER + "k1,2,40,,,3,1,B02,\nk2,2,forty,,,3,1,B02,\n", 3, "forty"),
        (HEADER + "k1,2,40.5,,,3,1,B02,\n", 2, "40.5"),
        (HEADER + "k1,2,40,,,3,1\n", 2, "Expected 9 columns, got 7"),
        (HEADER.replace("gender", "Geschlecht") + "k1,2,40,,,3,1,B02,\n", 1, "no column for sex"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_row(tmp_path: Path, text: str, row: int, message: str) -> None:
    cases, output = tmp_path / "cases.csv", tmp_path / "groups.csv"
    cases.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message) as refused:
        _group(cases, tmp_path, output)
    assert refused.value.place.row == row
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.csv", "pack"]


def test_columns_can_be_named_or_left_out(tmp_path: Path) -> None:
    cases, output = tmp_path / "cases.csv", tmp_path / "groups.csv"
    cases.write_text("id,main\nk1,B01|C03\n", encoding="utf-8")
    left_out = dict.fromkeys(
        ("sex", "age_years", "age_days", "birth_weight_g", "length_of_stay_days", "discharge_way", "procedures"), ""
    )
    _group(cases, tmp_path, output, {"case_id": "id", "diagnoses": "main", **left_out})
    assert output.read_text(encoding="utf-8").splitlines()[1].startswith('"k1","MDCB","AR1","AR11"')
