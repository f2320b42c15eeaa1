"""Derive a DIP catalogue from cases of one to three years: core groups by number of cases, comprehensive ones for the rest.

What belongs here: which groups a region's own cases would make and what they would weigh. What does not: grouping under
a catalogue, which the models do, and writing policy files (`catalogue_files`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from orchestration.errors import BadInput
from orchestration.grouping.cases import Field, Fields, read_batches

CATALOGUE_FIELDS: Fields = {
    "year": Field(("year",), pa.int64()),
    "total_fee_yuan": Field(("total_fee_yuan", "total_fee", "fee"), pa.decimal128(18, 2)),
    "diagnoses": Field(("diagnoses", "dx"), pa.string()),
    "procedures": Field(("procedures", "procs"), pa.string()),
}
OVERALL_SCORE = 1000


@dataclass(frozen=True)
class Settings:
    """What a region decides about its catalogue.

    Args:
        core_threshold: cases that make a group a core group.
        core_coverage: share of all cases the largest groups cover that are core whatever their size; 0 = none.
        trim_low, trim_high: shares of the ordered fees of a group and year between which a fee counts.
        year_weights: weight of the mean fee of the last year, the one before, and the one before that.
    """

    core_threshold: int
    core_coverage: Fraction
    trim_low: Decimal
    trim_high: Decimal
    year_weights: tuple[Fraction, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Codes of a catalogue version the derivation starts from: treatment class by procedure, and what is excluded."""

    treatment_classes: Mapping[str, str]
    excluded_diagnoses: frozenset[str]
    excluded_procedures: frozenset[str]


class Treated(NamedTuple):
    """What a catalogue sees of a case: first four characters of its principal diagnosis, treatments, class of the main one."""

    diagnosis: str
    treatments: str
    treatment_class: str


class GroupKey(NamedTuple):
    """A derived group; `treatments` joins procedures that must all be done, `treatment_class` is of comprehensive groups."""

    kind: str
    diagnosis_prefix: str
    treatments: str
    treatment_class: str

    @property
    def code(self) -> str:
        """Code of the group: diagnosis and treatment."""
        return f"{self.diagnosis_prefix}:{self.treatment_class or self.treatments or '0'}"


@dataclass(frozen=True)
class DerivedGroup:
    """A group with its cases and, over the weighted years, its mean fee in yuan and its score."""

    key: GroupKey
    cases: int
    mean_fee: Fraction
    score: Fraction


@dataclass(frozen=True)
class Catalogue:
    """Derived groups by code, the cases they rest on and those left out (excluded, older than the weighted years)."""

    groups: tuple[DerivedGroup, ...]
    cases: int
    left_out: int


def derive_catalogue(source: Path, settings: Settings, words: Vocabulary, columns: Mapping[str, str] | None = None) -> Catalogue:
    """The catalogue the cases of a CSV would make.

    Args:
        source: CSV with year, total fee, diagnoses and procedures (separated by `|`, principal and main first).
        settings: thresholds of the region.
        words: treatment classes and exclusions to look at.
        columns: names of the source's columns by field where they differ.

    Raises:
        BadInput: a column is missing, a value is none, or no case is left.
    """
    with duckdb.connect() as con:
        _load(con, read_batches(source, columns or {}, fields=CATALOGUE_FIELDS), words)
        total = _one(con, "select count(*) from cases")
        con.execute(_TREATED, {"years": len(settings.year_weights)})
        counts = Counter({Treated(*row[:3]): row[3] for row in con.execute(_COUNTS).fetchall()})
        if not counts:
            raise BadInput(
                "no case is left to derive a catalogue from", remedy="check the year and diagnoses columns", zh="没有可用病例"
            )
        groups = assign_groups(counts, settings)
        rows = [(*treated, *key, key.code) for treated, key in groups.items()]
        con.register(
            "found", _table(("diagnosis", "treatments", "treatment_class", "kind", "prefix", "parts", "class", "code"), rows)
        )
        con.execute("create table chosen as select * from found")
        bounds = {"low": settings.trim_low, "high": settings.trim_high}
        yearly = con.execute(_YEARLY, bounds).fetchall()
        last = _one(con, "select max(year) from treated")
    return _weighed(groups, counts, yearly, settings.year_weights, last, total)


def assign_groups(counts: Mapping[Treated, int], settings: Settings) -> dict[Treated, GroupKey]:
    """Group of every distinct (diagnosis, treatments): the core group with most of its treatments, else a comprehensive one."""
    core = _core_groups(counts, settings)
    groups: dict[Treated, GroupKey] = {}
    rest: Counter[Treated] = Counter()
    for treated, cases in counts.items():
        fitting = [key for key in core.get(treated.diagnosis, ()) if _fits(key.treatments, treated.treatments)]
        if fitting:
            groups[treated] = min(fitting, key=lambda key: (-len(_parts(key.treatments)), key.code))
        else:
            rest[treated] = cases
    categories: Counter[tuple[str, str]] = Counter()
    for treated, cases in rest.items():
        categories[treated.diagnosis[:3], treated.treatment_class] += cases
    for treated in rest:
        category = treated.diagnosis[:3]
        is_large = categories[category, treated.treatment_class] >= settings.core_threshold
        prefix = category if is_large else category[:1]
        groups[treated] = GroupKey("comprehensive", prefix, "", treated.treatment_class)
    return groups


def _core_groups(counts: Mapping[Treated, int], settings: Settings) -> dict[str, list[GroupKey]]:
    sizes: Counter[tuple[str, str]] = Counter()
    for treated, cases in counts.items():
        sizes[treated.diagnosis, treated.treatments] += cases
    covered, every = 0, sum(sizes.values())
    core: dict[str, list[GroupKey]] = {}
    for (diagnosis, treatments), cases in sorted(sizes.items(), key=lambda one: (-one[1], one[0])):
        if cases >= settings.core_threshold or Fraction(covered + cases, every) <= settings.core_coverage:
            core.setdefault(diagnosis, []).append(GroupKey("core", diagnosis, treatments, ""))
        covered += cases
    return core


def _parts(treatments: str) -> frozenset[str]:
    return frozenset(treatments.split("+")) if treatments else frozenset()


def _fits(rule: str, treatments: str) -> bool:
    """A rule without treatments fits only cases without; otherwise all of its parts must be there."""
    return _parts(rule) <= _parts(treatments) if rule else not treatments


def _weighed(
    groups: Mapping[Treated, GroupKey],
    counts: Mapping[Treated, int],
    yearly: Iterable[tuple[str, int, int, Decimal]],
    weights: tuple[Fraction, ...],
    last_year: int,
    total: int,
) -> Catalogue:
    sizes: Counter[GroupKey] = Counter()
    for treated, key in groups.items():
        sizes[key] += counts[treated]
    of_group: dict[str, dict[int, tuple[int, Decimal]]] = {}
    overall: dict[int, tuple[int, Decimal]] = {}
    for code, year, cases, fee in yearly:
        of_group.setdefault(code, {})[year] = (cases, fee)
        before = overall.get(year, (0, Decimal(0)))
        overall[year] = (before[0] + cases, before[1] + fee)
    by_year = {last_year - back: weight for back, weight in enumerate(weights)}
    reference = _weighted_mean(overall, by_year)
    derived = []
    for key, cases in sorted(sizes.items(), key=lambda one: one[0].code):
        mean = _weighted_mean(of_group[key.code], by_year)
        derived.append(DerivedGroup(key, cases, mean, mean / reference * OVERALL_SCORE))
    used = sum(counts.values())
    return Catalogue(tuple(derived), used, total - used)


def _weighted_mean(years: Mapping[int, tuple[int, Decimal]], weights: Mapping[int, Fraction]) -> Fraction:
    """Mean of the yearly mean fees; a year without cases takes no part."""
    total = sum(weights[year] for year in years)
    return sum((weights[year] * Fraction(fee) / cases for year, (cases, fee) in years.items()), Fraction(0)) / total


def settings_of(parameters: Mapping[str, str]) -> Settings:
    """Settings from the rows of parameter.csv in force."""
    weights = ("catalogue_weight_last_year", "catalogue_weight_second_year", "catalogue_weight_third_year")
    return Settings(
        core_threshold=int(parameters["core_threshold"]),
        core_coverage=Fraction(parameters["core_coverage"]),
        trim_low=Decimal(parameters["catalogue_trim_low"]),
        trim_high=Decimal(parameters["catalogue_trim_high"]),
        year_weights=tuple(Fraction(parameters[name]) for name in weights if Fraction(parameters[name])),
    )


def _load(con: duckdb.DuckDBPyConnection, batches: Iterable[pa.RecordBatch], words: Vocabulary) -> None:
    con.execute("create table cases (case_no bigint, year bigint, fee decimal(18, 2), diagnoses varchar, procedures varchar)")
    for batch in batches:
        con.register("batch", batch)
        con.execute("insert into cases select (select count(*) from cases) + row_number() over (), * from batch")
    classes = _table(("code", "treatment_class"), list(words.treatment_classes.items()))
    excluded = [("diagnosis", code) for code in words.excluded_diagnoses] + [
        ("procedure", code) for code in words.excluded_procedures
    ]
    for name, rows in (("classes", classes), ("excluded", _table(("kind", "code"), sorted(excluded)))):
        con.register("rows", rows)
        con.execute(f"create table {name} as select * from rows")


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> pa.Table:
    return pa.table({name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)})


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


# An excluded main procedure takes all procedures away; an excluded principal diagnosis takes the case away.
_TREATED = """
    create table treated as
    with looked_at as (
        select case_no, year, fee, split_part(diagnoses, '|', 1) as principal,
            case when split_part(coalesce(procedures, ''), '|', 1) not in (select code from excluded where kind = 'procedure')
                then coalesce(procedures, '') else '' end as procedures
        from cases
        where year > (select max(year) from cases) - $years
            and fee is not null
            and coalesce(diagnoses, '') <> ''
            and split_part(diagnoses, '|', 1) not in (select code from excluded where kind = 'diagnosis')
    ),
    done as (
        select distinct case_no, unnest(string_split(procedures, '|')) as code from looked_at
    ),
    treatments as (
        select done.case_no, string_agg(done.code, '+' order by done.code) as treatments
        from done
        inner join classes on done.code = classes.code and classes.treatment_class in ('related_surgery', 'therapeutic')
        group by done.case_no
    )
    select looked_at.case_no, looked_at.year, looked_at.fee, left(looked_at.principal, 5) as diagnosis,
        coalesce(treatments.treatments, '') as treatments,
        coalesce(mains.treatment_class, 'conservative') as treatment_class
    from looked_at
    left join treatments on looked_at.case_no = treatments.case_no
    left join classes as mains on split_part(looked_at.procedures, '|', 1) = mains.code
"""
_COUNTS = "select diagnosis, treatments, treatment_class, count(*) from treated group by all order by all"
_YEARLY = """
    with placed as (
        select chosen.code, treated.year, treated.fee,
            row_number() over (partition by chosen.code, treated.year order by treated.fee, treated.case_no) as place,
            count(*) over (partition by chosen.code, treated.year) as cases
        from treated
        inner join chosen using (diagnosis, treatments, treatment_class)
    )
    select code, year, count(*), sum(fee)
    from placed
    where place > floor(cases * cast($low as decimal(9, 6))) and place <= ceil(cases * cast($high as decimal(9, 6)))
    group by code, year
    order by code, year
"""
