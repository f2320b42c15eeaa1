"""Every rule of the pack format refuses its planted defect and names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.grouping import PackRefused, check_pack, load_pack, load_packs
from tests.unit.grouping.small_pack import FILES, edited, write_pack


def _lines(name: str) -> list[str]:
    return FILES[f"{name}.csv"].splitlines(keepends=True)


DEFECTS = {
    "a file is missing": ({"term": None}, "PACK-01", "term.csv", None),
    "byte order mark": ({"group": "\ufeff" + FILES["group.csv"]}, "PACK-02", "group.csv", 1),
    "windows line ends": ({"scheme": FILES["scheme.csv"].replace("\n", "\r\n")}, "PACK-02", "scheme.csv", 1),
    "cut off": ({"term": FILES["term.csv"][:-1]}, "PACK-02", "term.csv", 17),
    "open quote": ({"code_set": edited("code_set", "AB1/second,40.2", 'AB1/second,"40.2')}, "PACK-03", "code_set.csv", 4),
    "too few cells": ({"term": edited("term", "adrg,PS1,1,age_days,<=,28", "adrg,PS1,1,age_days,<=")}, "PACK-03", "term.csv", 7),
    "renamed column": ({"code_set": edited("code_set", "code_set,code\n", "set,code\n")}, "PACK-04", "code_set.csv", 1),
    "empty cell": ({"code_set": edited("code_set", "site/arm,S40", "site/arm,")}, "PACK-05", "code_set.csv", 10),
    "space around a code": ({"code_set": edited("code_set", "site/arm,S40", "site/arm,S40 ")}, "PACK-05", "code_set.csv", 10),
    "unsorted": (
        {"complication_exclusion": "exclusion_table,principal_code\n2,B02\n1,B01\n"},
        "PACK-06",
        "complication_exclusion.csv",
        3,
    ),
    "repeated row": ({"code_set": FILES["code_set.csv"] + "site/leg,S70\n"}, "PACK-07", "code_set.csv", 14),
    "repeated group": (
        {"group": edited("group", "mdc,MDCZ,,multiple trauma,,2,\n", "mdc,MDCZ,,multiple trauma,,2,\nmdc,MDCZ,,trauma,,4,\n")},
        "PACK-07",
        "group.csv",
        16,
    ),
    "unknown property": ({"scheme": edited("scheme", "source,", "sauce,")}, "PACK-08", "scheme.csv", 7),
    "no version": ({"scheme": edited("scheme", "version,1", "version,")}, "PACK-08", "scheme.csv", 8),
    "unknown level": ({"group": FILES["group.csv"] + "super,S,,above all,,9,\n"}, "PACK-09", "group.csv", 16),
    "unknown parent": ({"group": edited("group", "adrg,ZB1,MDCZ", "adrg,ZB1,MDCY")}, "PACK-10", "group.csv", 6),
    "cyclic parent": ({"group": edited("group", "mdc,MDCZ,,multiple", "mdc,MDCZ,ZB1,multiple")}, "PACK-10", "group.csv", 15),
    "kind of a drg": (
        {"group": edited("group", "surgery with MCC,,1", "surgery with MCC,surgical,1")},
        "PACK-11",
        "group.csv",
        7,
    ),
    "unknown kind": ({"group": edited("group", "medical B,medical", "medical B,other")}, "PACK-11", "group.csv", 4),
    "order is no number": ({"group": edited("group", "body B,,3", "body B,,third")}, "PACK-12", "group.csv", 13),
    "two of one order": ({"group": edited("group", "without MCC,,2,", "without MCC,,1,")}, "PACK-13", "group.csv", 8),
    "two MDCs of one order": ({"group": edited("group", "multiple trauma,,2", "multiple trauma,,1")}, "PACK-13", "group.csv", 15),
    "negative weight": ({"group": edited("group", ",1,2.5", ",1,-2.5")}, "PACK-14", "group.csv", 7),
    "ambiguous after medical": (
        {"group": edited("group", "ambiguous B,ambiguous,2", "ambiguous B,ambiguous,4")},
        "PACK-15",
        "group.csv",
        3,
    ),
    "ambiguous with two groups": (
        {"group": edited("group", "drg,AQY,AQY,ambiguous B,,1,", "drg,AQY,AQY,ambiguous B,,1,\ndrg,AQZ,AQY,other,,2,")},
        "PACK-15",
        "group.csv",
        3,
    ),
    "rule of no group": ({"term": edited("term", "drg,ZB19,1", "drg,ZB18,1")}, "PACK-16", "term.csv", 12),
    "gap in alternatives": ({"term": edited("term", "mdc,MDCP,1", "mdc,MDCP,2")}, "PACK-17", "term.csv", 16),
    "alternative is no number": ({"term": edited("term", "mdc,MDCP,1", "mdc,MDCP,one")}, "PACK-17", "term.csv", 16),
    "unknown field": ({"term": edited("term", "2,sex,=,2", "2,gender,=,2")}, "PACK-18", "term.csv", 15),
    "bad operator": ({"term": edited("term", "length_of_stay_days,>=", "length_of_stay_days,=>")}, "PACK-19", "term.csv", 12),
    "number operator on codes": (
        {"term": edited("term", "other_diagnosis,in_set,MDCB/other", "other_diagnosis,=,2")},
        "PACK-19",
        "term.csv",
        14,
    ),
    "unknown set": ({"term": edited("term", "in_set,MDCB/other", "in_set,MDCB/others")}, "PACK-20", "term.csv", 14),
    "count without sets": ({"term": edited("term", "site/:2", "sight/:2")}, "PACK-21", "term.csv", 17),
    "count beyond the sets": ({"term": edited("term", "site/:2", "site/:4")}, "PACK-21", "term.csv", 17),
    "count is no number": ({"term": edited("term", "site/:2", "site/:two")}, "PACK-21", "term.csv", 17),
    "wrong number": ({"term": edited("term", "<=,28", "<=,28d")}, "PACK-22", "term.csv", 7),
    "unknown complication level": ({"term": edited("term", "has,CC|MCC", "has,CC|XCC")}, "PACK-23", "term.csv", 11),
    "unknown level of a code": (
        {"complication": edited("complication", "C03,CC,", "C03,XCC,")},
        "PACK-23",
        "complication.csv",
        4,
    ),
    "principal in two tables": (
        {"complication_exclusion": edited("complication_exclusion", "2,B02", "2,B01")},
        "PACK-24",
        "complication_exclusion.csv",
        3,
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_planted_defect_is_refused_with_its_place(tmp_path: Path, defect: str) -> None:
    changes, rule, file, row = DEFECTS[defect]
    found = check_pack(write_pack(tmp_path / "pack", **changes))
    assert (rule, file, row) in [(one.rule, one.file, one.row) for one in found], [str(one) for one in found]


def test_a_sound_pack_has_no_finding(tmp_path: Path) -> None:
    assert check_pack(write_pack(tmp_path)) == []


def test_unknown_csv_is_refused_and_other_files_are_not(tmp_path: Path) -> None:
    write_pack(tmp_path)
    (tmp_path / "README.md").write_text("notes", encoding="utf-8")
    assert check_pack(tmp_path) == []
    (tmp_path / "groups.csv").write_text("level\n", encoding="utf-8")
    assert [(one.rule, one.file) for one in check_pack(tmp_path)] == [("PACK-01", "groups.csv")]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    write_pack(tmp_path)
    (tmp_path / "code_set.csv").write_bytes(FILES["code_set.csv"].encode() + b"site/leg,\xb2\xe2\n")
    assert [(one.rule, one.row) for one in check_pack(tmp_path)] == [("PACK-02", 14)]


def test_refusal_names_first_place_and_counts_the_rest(tmp_path: Path) -> None:
    write_pack(tmp_path, term=edited("term", "1,principal_diagnosis,in_set", "1,principal,in_set").replace("sex", "gender"))
    with pytest.raises(PackRefused) as refused:
        load_pack(tmp_path)
    assert refused.value.exit_code == 4
    assert "term.csv, row 13" in str(refused.value)
    assert "2 more findings" in str(refused.value)
    assert "字段未知" in str(refused.value)


def test_two_packs_of_one_name_are_refused(tmp_path: Path) -> None:
    write_pack(tmp_path / "a")
    write_pack(tmp_path / "b")
    with pytest.raises(Exception, match="two packs are called TEST 1"):
        load_packs(tmp_path)


def test_hash_is_of_the_content_not_of_the_folder(tmp_path: Path) -> None:
    one, same = load_pack(write_pack(tmp_path / "a")), load_pack(write_pack(tmp_path / "b"))
    other = load_pack(write_pack(tmp_path / "c", group=edited("group", "body B", "Body B")))
    assert one.sha256 == same.sha256 != other.sha256
