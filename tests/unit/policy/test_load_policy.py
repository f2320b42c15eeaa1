"""Reading and refusing policy folders."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.contract import load_policy_contract
from orchestration.errors import ConfigurationError
from orchestration.home import DEFAULT_POLICY
from orchestration.policy import load_policy

PROVENANCE = {
    "valid_from": "2020-01-01",
    "valid_to": "",
    "source_type": "local",
    "source_ref": "r",
    "approved_by": "a",
    "recorded_at": "2019-12-01",
}


def write_table(folder: Path, name: str, *rows: dict[str, object], leave_out: tuple[str, ...] = ()) -> Path:
    """A policy CSV with the given cells; provenance cells are filled in."""
    columns = [c for c in load_policy_contract()[name].column_names if c not in leave_out]
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(dict.fromkeys(columns, "") | PROVENANCE | row for row in rows)
    return path


def weight(dept_class: str, dimension: str, value: str, **more: str) -> dict[str, object]:
    return {"dept_class": dept_class, "dimension_code": dimension, "weight": value} | more


def test_the_default_policy_is_sound() -> None:
    policy = load_policy()
    assert set(policy.rows) == {table.name for table in load_policy_contract()}


def test_a_given_file_replaces_the_default_whole_and_a_missing_one_keeps_it(tmp_path: Path) -> None:
    write_table(tmp_path, "year_end_band")
    write_table(tmp_path, "grade", {"grade": "S", "card_score_low": "0", "multiplier": "2"})
    policy, default = load_policy(tmp_path), load_policy()
    assert policy.rows["year_end_band"] == ()
    assert [row["grade"] for row in policy.rows["grade"]] == ["S"]
    assert policy.rows["workload_points"] == default.rows["workload_points"]
    assert policy.sha256 != default.sha256
    assert policy.table_sha256["workload_points"] == default.table_sha256["workload_points"]


def test_parameters_alone_are_merged_by_hospital_and_code(tmp_path: Path) -> None:
    write_table(
        tmp_path,
        "parameter",
        {"hospital_id": "*", "parameter_code": "recognition_ratio", "value": "0.8"},
        {
            "hospital_id": "H1",
            "parameter_code": "uncontrollable_ratio",
            "value": "0.4",
            "valid_from": "2025-01-01",
            "valid_to": "2026-01-01",
        },
    )
    policy = load_policy(tmp_path)

    def values(hospital: str, code: str) -> list[tuple[str, date, date | None]]:
        rows = policy.for_hospital(hospital)["parameter"].to_pylist()
        found = [(r["value"], r["valid_from"], r["valid_to"]) for r in rows if r["parameter_code"] == code]
        return sorted(found, key=lambda row: row[1])

    assert values("H1", "recognition_ratio") == [("0.8", date(2020, 1, 1), None)]
    assert values("H2", "uncontrollable_ratio") == [("0.30", date(2000, 1, 1), None)]
    assert values("H1", "uncontrollable_ratio") == [
        ("0.30", date(2000, 1, 1), date(2025, 1, 1)),
        ("0.4", date(2025, 1, 1), date(2026, 1, 1)),
        ("0.30", date(2026, 1, 1), None),
    ]


def test_steps_of_a_named_hospital_replace_the_common_ones_together(tmp_path: Path) -> None:
    step = {
        "step_no": 1,
        "from_dept_class": "administrative",
        "to_dept_classes": "clinical",
        "driver_code": "heads",
        "method": "strict",
    }
    own = step | {"hospital_id": "H1", "step_no": 7}
    write_table(tmp_path, "allocation_step", step | {"hospital_id": "*"}, own)
    policy = load_policy(tmp_path)
    assert policy.for_hospital("H1")["allocation_step"]["step_no"].to_pylist() == [7]
    assert policy.for_hospital("H2")["allocation_step"]["step_no"].to_pylist() == [1]


def test_rows_recorded_later_were_not_known(tmp_path: Path) -> None:
    write_table(
        tmp_path,
        "grade",
        {"grade": "A", "card_score_low": "0", "multiplier": "1", "valid_to": "2025-01-01"},
        {"grade": "A", "card_score_low": "0", "multiplier": "2", "valid_from": "2025-01-01", "recorded_at": "2024-12-20"},
    )
    policy = load_policy(tmp_path)
    assert len(policy.known_by(date(2024, 12, 19)).rows["grade"]) == 1
    assert len(policy.known_by(date(2024, 12, 20)).rows["grade"]) == 2


def test_hashes_ignore_how_a_file_is_written(tmp_path: Path) -> None:
    original = (DEFAULT_POLICY / "grade.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "grade.csv").write_text("\r\n".join([original[0], *reversed(original[1:])]) + "\r\n", encoding="utf-8-sig")
    assert load_policy(tmp_path).sha256 == load_policy().sha256


def test_provenance_may_be_left_out_and_then_counts_as_an_assumption(tmp_path: Path) -> None:
    row = {"grade": "A", "card_score_low": "0", "multiplier": "1"}
    write_table(tmp_path, "grade", row, leave_out=("valid_to", "source_type", "source_ref", "approved_by", "recorded_at"))
    (grade,) = load_policy(tmp_path).rows["grade"]
    assert (grade["source_type"], grade["valid_to"], grade["recorded_at"]) == ("assumption", None, None)


SHARE = {"scheme_code": "standard", "component": "role", "weight": "1"}
BAND = {"region": "r", "scheme": "CHS-DRG", "high_multiple": "2", "low_multiple": "0.4"}
RULE = {"region": "r", "case_class": "normal", "test": "otherwise", "formula": "points", "factor": "100"}
GRADE = {"grade": "A", "card_score_low": "0", "multiplier": "1"}
STEP = {"hospital_id": "*", "driver_code": "heads", "method": "strict"}

AWARD = {"indicator_code": "drug_share", "basis": "saving", "rate": "0.05"}

REFUSED = {
    "overlap": ("grade", [GRADE, GRADE | {"valid_from": "2024-01-01"}], "F33", 3, "overlaps row 2"),
    "same day": ("grade", [GRADE, GRADE], "F33", 3, "overlaps"),
    "gap": ("grade", [GRADE | {"valid_to": "2023-01-01"}, GRADE | {"valid_from": "2023-02-01"}], "F33", 3, "no row is valid"),
    "backwards": ("grade", [GRADE | {"valid_to": "2019-01-01"}], "F33", 2, "ends before it begins"),
    "weights": ("score_weight", [weight("clinical", "a", "0.6"), weight("clinical", "b", "0.3")], "F35", 2, "sum to 0.9"),
    "weights after a change": (
        "score_weight",
        [weight("clinical", "a", "0.6"), weight("clinical", "b", "0.4", valid_to="2025-01-01")],
        "F35",
        2,
        "on 2025-01-01",
    ),
    "staff weights": ("staff_share", [SHARE | {"role": "nurse", "weight": "0.9"}], "F35", 2, "standard/nurse sum to 0.9"),
    "unequal roles": (
        "staff_share",
        [SHARE | {"role": "doctor"}, SHARE | {"role": "technician", "component": "points"}],
        "F35",
        3,
        "share a sub-pool",
    ),
    "both keys": (
        "bonus_scheme",
        [{"dept_class": "clinical", "dept_id": "01", "scheme_code": "standard"}],
        "F33",
        2,
        "exactly one",
    ),
    "neither key": ("bonus_scheme", [{"scheme_code": "standard"}], "F33", 2, "exactly one"),
    "unknown code": ("bonus_scheme", [{"dept_class": "clinical", "scheme_code": "classic"}], "F30", 2, "none of standard"),
    "unknown department class": (
        "bonus_scheme",
        [{"dept_class": "ward", "scheme_code": "standard"}],
        "F30",
        2,
        "not a department class",
    ),
    "unknown parameter": (
        "parameter",
        [{"hospital_id": "*", "parameter_code": "recogniton_ratio", "value": "1"}],
        "F30",
        2,
        "parameter_code",
    ),
    "parameter out of range": (
        "parameter",
        [{"hospital_id": "*", "parameter_code": "recognition_ratio", "value": "1.2"}],
        "F33",
        2,
        "outside",
    ),
    "parameter option": (
        "parameter",
        [{"hospital_id": "*", "parameter_code": "own_basis", "value": "price"}],
        "F33",
        2,
        "none of fee, cost",
    ),
    "parameter not a number": (
        "parameter",
        [{"hospital_id": "*", "parameter_code": "recognition_ratio", "value": "70%"}],
        "F33",
        2,
        "plain number",
    ),
    "award basis": ("award", [AWARD | {"basis": "luck"}], "F30", 2, "not one of saving"),
    "award without rate": ("award", [AWARD | {"rate": ""}], "F33", 2, "rate is empty"),
    "award on part of no yuan": ("award", [AWARD | {"indicator_code": "cmi", "basis": "share"}], "F33", 2, "no amount"),
    "award on a year of no yuan": ("award", [AWARD | {"indicator_code": "cmi_year", "basis": "charge"}], "F33", 2, "no amount"),
    "award on a share of what is only counted": ("award", [AWARD | {"indicator_code": "margin_total"}], "F33", 2, "yuan in yuan"),
    "award of a period": ("award", [AWARD | {"period": "decade"}], "F30", 2, "decade"),
    "index that is not whole": (
        "indicator_component",
        [{"indicator_code": "i", "component_code": "cmi", "weight": "0.9", "is_normalised": "true"}],
        "F35",
        2,
        "0.9",
    ),
    "award on no share of yuan": ("award", [AWARD | {"indicator_code": "average_stay_days"}], "F33", 2, "no share of yuan"),
    "bands": (
        "payment_band",
        [BAND | {"rw_low": "0", "rw_high": "1.5"}, BAND | {"rw_low": "1", "rw_high": ""}],
        "F33",
        3,
        "overlaps row 2",
    ),
    "open band": (
        "payment_band",
        [BAND | {"rw_low": "0", "rw_high": ""}, BAND | {"rw_low": "1", "rw_high": "2"}],
        "F33",
        3,
        "overlaps row 2",
    ),
    "band backwards": ("payment_band", [BAND | {"rw_low": "2", "rw_high": "1"}], "F33", 2, "not above"),
    "formula": ("payment_rule", [RULE | {"formula": "weights"}], "F30", 2, "not a payment formula"),
    "formula without factor": ("payment_rule", [RULE | {"factor": ""}], "F33", 2, "needs a factor"),
    "test": ("payment_rule", [RULE | {"test": "stay_days_above"}], "F33", 2, "needs a number"),
    "second test": ("payment_rule", [RULE | {"test": "stay_days_above:60|fee_under:5"}], "F33", 2, "is unknown"),
    "second test without number": ("payment_rule", [RULE | {"test": "stay_days_above:60|fee_below"}], "F33", 2, "needs a number"),
    "case class": ("payment_rule", [RULE | {"case_class": "odd"}], "F30", 2, "not a case class"),
    "backflow": (
        "allocation_step",
        [
            STEP | {"step_no": 1, "from_dept_class": "administrative", "to_dept_classes": "clinical"},
            STEP | {"step_no": 2, "from_dept_class": "medical_auxiliary", "to_dept_classes": "clinical|administrative"},
        ],
        "F33",
        3,
        "gave away its cost",
    ),
    **{
        f"{column} nobody follows": (
            "allocation_step",
            [STEP | {"step_no": 1, "from_dept_class": "administrative", "to_dept_classes": "clinical", column: value}],
            "F30",
            2,
            column,
        )
        for column, value in (
            ("driver_period", "year"),
            ("negative_driver_policy", "keep"),
            ("zero_driver_policy", "skip"),
            ("method", "reciprocal"),
        )
    },
    "linkage that is not whole": ("linkage", [{"component": "fusion", "weight": "0.9"}], "F35", 2, "0.9"),
    "linkage of something else": ("linkage", [{"component": "luck", "weight": "1"}], "F30", 2, "luck"),
    "points of an unknown rule": (
        "front_page_score",
        [{"gate_id": "FP-99", "section": "fee", "deduction": "1", "section_points": "6"}],
        "F30",
        2,
        "gate.csv",
    ),
    "missing indicator": ("award", [{"indicator_code": "unheard", "basis": "saving"}], "F30", 2, "indicator.csv"),
    "empty cell": ("grade", [GRADE | {"multiplier": ""}], "F11", 2, "is empty"),
    "not a number": ("grade", [GRADE | {"multiplier": "1,0"}], "F12", 2, "plain number"),
    "too many decimals": ("grade", [GRADE | {"multiplier": "1.0000001"}], "F13", 2, "more than 6 decimals"),
    "too many digits": ("grade", [GRADE | {"multiplier": "1000"}], "F35", 2, "before the point"),
    "not a day": ("grade", [GRADE | {"valid_from": "2025-02-30"}], "F15", 2, "calendar"),
    "two-digit year": ("grade", [GRADE | {"valid_from": "25-02-01"}], "F15", 2, "YYYY-MM-DD"),
    "not a truth value": (
        "bonus_step",
        [{"scheme_code": "standard", "step_no": "1", "step": "score", "is_on": "on"}],
        "F11",
        2,
        "neither true nor false",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_contradictions_are_refused_with_file_and_row(tmp_path: Path, case: str) -> None:
    table, rows, rule, row, words = REFUSED[case]
    path = write_table(tmp_path, table, *rows)
    with pytest.raises(ConfigurationError) as caught:
        load_policy(tmp_path)
    error = caught.value
    assert (error.rule, error.place.file, error.place.row) == (rule, str(path), row)
    assert words in str(error)
    assert error.remedy and error.zh and error.exit_code == 4


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (b"", "F06", "is empty"),
        ("等级".encode("gb18030"), "F01", "not UTF-8 at byte 0"),
        (b"grade,grade\n", "F09", "twice"),
        (b"grade,colour\n", "F08", "unknown column 'colour'"),
        (b"grade,card_score_low\n", "F08", "'multiplier' is missing"),
        (b"grade,card_score_low,multiplier,valid_from\nA,0\n", "F10", "2 cells"),
        (b'grade,card_score_low,multiplier,valid_from\n"A,0,1,2020-01-01\n', "F10", "well-formed"),
        (b"grade,card_score_low,multiplier,valid_from\nA\0,0,1,2020-01-01\n", "F04", "NUL"),
    ],
)
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes, rule: str, words: str) -> None:
    (tmp_path / "grade.csv").write_bytes(content)
    with pytest.raises(ConfigurationError, match=words) as caught:
        load_policy(tmp_path)
    assert caught.value.rule == rule


def test_a_file_that_is_no_policy_table_is_named_with_the_nearest(tmp_path: Path) -> None:
    shutil.copy(DEFAULT_POLICY / "grade.csv", tmp_path / "grades.csv")
    with pytest.raises(ConfigurationError, match=r"Did you mean grade\.csv"):
        load_policy(tmp_path)


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        load_policy(tmp_path / "nowhere")


def test_several_problems_are_told_together(tmp_path: Path) -> None:
    write_table(tmp_path, "grade", GRADE | {"multiplier": "x"}, GRADE | {"grade": "B", "multiplier": "y"})
    with pytest.raises(ConfigurationError) as caught:
        load_policy(tmp_path)
    assert caught.value.message.count("plain number") == 2
