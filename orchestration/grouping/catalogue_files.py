"""Write a derived DIP catalogue as policy files, and hold it against the catalogue in force."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

from orchestration.contract import load_policy_contract
from orchestration.errors import ConfigurationError
from orchestration.grouping.catalogue import Catalogue, Settings, Vocabulary, settings_of
from orchestration.policy import Policy
from orchestration.policy.model import is_in_force

SCHEME = "DIP"
COPIED = ("dip_term", "dip_exclusion", "dip_treatment_class", "dip_auxiliary")
EVERY_GROUP = "*"
Values = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """The catalogue to write and the one it follows: versions, level of the hospitals, first day, where it comes from."""

    version: str
    like: str
    hospital_level: str
    valid_from: date
    source_ref: str


@dataclass(frozen=True)
class Compared:
    """A group in the derived catalogue, in the one in force, or in both; scores with four decimals."""

    group_code: str
    cases: int
    derived_score: Decimal | None
    score_in_force: Decimal | None


def read_words(policy: Policy, version: str, on: date) -> tuple[Settings, Vocabulary]:
    """Settings and codes a derivation starts from; raises ConfigurationError for a version without treatment classes."""
    classes = {row["procedure_code"]: row["treatment_class"] for row in _in_force(policy, "dip_treatment_class", version, on)}
    if not classes:
        raise ConfigurationError(
            f"dip_treatment_class.csv has no rows of version {version} on {on}",
            remedy="name a version of the policy with --like",
            zh="该版本没有治疗方式目录",
        )
    excluded: dict[str, set[str]] = {"diagnosis": set(), "procedure": set()}
    for row in _in_force(policy, "dip_exclusion", version, on):
        excluded[row["kind"]].add(row["code"])
    parameters = {
        row["parameter_code"]: row["value"]
        for row in policy.rows["parameter"]
        if row["hospital_id"] == "*" and is_in_force(row, on)
    }
    return settings_of(parameters), Vocabulary(classes, frozenset(excluded["diagnosis"]), frozenset(excluded["procedure"]))


def write_catalogue(folder: Path, catalogue: Catalogue, edition: Edition, policy: Policy) -> None:
    """Policy files of the derived version; pre-groups, terms, exclusions and classes are those of the version it follows."""
    folder.mkdir(parents=True, exist_ok=True)
    pre = [row for row in _in_force(policy, "dip_group", edition.like, edition.valid_from) if row["kind"] == "pre"]
    names = {row["group_code"]: row["group_name"] for row in _in_force(policy, "dip_group", edition.like, edition.valid_from)}
    codes = {group.key.code for group in catalogue.groups} | {row["group_code"] for row in pre} | {EVERY_GROUP}
    groups = [_group_row(group.key, names) for group in catalogue.groups]
    payments = [
        {"group_code": group.key.code, "score": rounded(group.score, 4), "mean_fee": rounded(group.mean_fee, 2)}
        for group in catalogue.groups
    ]
    payments += [row for row in _payments(policy, edition) if row["group_code"] in {one["group_code"] for one in pre}]
    fixed = {"scheme": SCHEME, "hospital_level": edition.hospital_level, "is_basic_group": False, "is_same_price": False}
    _write(folder, "dip_group", [*groups, *pre], edition)
    _write(folder, "group_payment", [fixed | row for row in payments], edition)
    for table in COPIED:
        rows = _in_force(policy, table, edition.like, edition.valid_from)
        _write(folder, table, [row for row in rows if row.get("group_code", EVERY_GROUP) in codes], edition)


def compare(catalogue: Catalogue, edition: Edition, policy: Policy) -> list[Compared]:
    """Every group of either catalogue with both scores, the widest apart first; groups of one side come last."""
    derived = {group.key.code: group for group in catalogue.groups}
    in_force = {row["group_code"]: row["score"] for row in _payments(policy, edition)}
    rows = [
        Compared(
            code,
            derived[code].cases if code in derived else 0,
            rounded(derived[code].score, 4) if code in derived else None,
            in_force.get(code),
        )
        for code in derived.keys() | in_force.keys()
    ]
    return sorted(rows, key=lambda row: (-_distance(row), row.group_code))


def rounded(value: Fraction, digits: int) -> Decimal:
    """A number with so many decimals, halves away from zero."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _distance(row: Compared) -> Decimal:
    if row.derived_score is None or row.score_in_force is None:
        return Decimal(-1)
    return abs(row.derived_score - row.score_in_force)


def _group_row(key: Any, names: Mapping[str, str]) -> Values:
    return {
        "group_code": key.code,
        "kind": key.kind,
        "diagnosis_prefix": key.diagnosis_prefix,
        "procedure_rule": key.treatments or None,
        "treatment_class": key.treatment_class or None,
        "group_name": names.get(key.code, key.code),
    }


def _payments(policy: Policy, edition: Edition) -> list[Values]:
    rows = _in_force(policy, "group_payment", edition.like, edition.valid_from)
    return [row for row in rows if row["scheme"] == SCHEME and row["hospital_level"] == edition.hospital_level]


def _in_force(policy: Policy, table: str, version: str, on: date) -> list[Values]:
    return [row.values for row in policy.rows[table] if row["version"] == version and is_in_force(row, on)]


def _write(folder: Path, table: str, rows: Iterable[Mapping[str, Any]], edition: Edition) -> None:
    columns = load_policy_contract()[table].column_names
    own = {
        "version": edition.version,
        "valid_from": edition.valid_from,
        "valid_to": None,
        "source_type": "local",
        "source_ref": edition.source_ref,
        "approved_by": None,
        "recorded_at": None,
    }
    lines = sorted([_cell((dict(row) | own).get(column)) for column in columns] for row in rows)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)


def write_comparison(path: Path, rows: Sequence[Compared]) -> None:
    """The comparison as a CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("group_code", "cases", "derived_score", "score_in_force"))
        writer.writerows([_cell(value) for value in vars(row).values()] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
