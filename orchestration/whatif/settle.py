"""One published month settled again in a private database, as often as there are causes to tell apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from orchestration.contract import load_history_tables
from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.policy import Policy, require_parameters, write_policy
from orchestration.release.partition import PartitionFile
from orchestration.run.build import WAREHOUSE_FILE, build_phase
from orchestration.run.inputs import MonthInputs, write_inputs
from orchestration.run.phases import EXCLUDED_ALWAYS, Phase
from orchestration.run.project import load_manifest
from orchestration.whatif.causes import CAUSES, PROGRAM, SCHEME, Cause, mix, mixed_terms
from orchestration.whatif.changes import list_changes

HISTORY = "fct_case_settlement"
WARDS = "settled.fct_case_ward"
TERMS_MODEL = "int_settlement__find_terms"
TERMS = f"settlement.{TERMS_MODEL}"
TERM_KEY = ("policy_date", "insurance_type")
# What a policy of payment does not touch comes from the release as it was published.
PUBLISHED = ("conformed.int_conformed__case", "conformed.int_conformed__stay")
SELECT = ("+int_settlement__settle_cases", "int_settlement__case_ward_payment")
EXCLUDE = (*EXCLUDED_ALWAYS, "resource_type:test", "fqn:casemix.conformed")
SETTLED = """select scope.month_start as month, 'simulated' as basis, cases.*
             from settlement.int_settlement__settle_cases as cases cross join run.scope as scope"""
THROUGH_TERMS = frozenset({"point_value"})
# Models that are not built here: views of what the release has published.
STANDING = ("int_settlement__population_case", "int_settlement__case_ward")
# Both amounts of a case are divided at once: a case stands twice, marked by what is divided.
AMOUNTS = {"standard": "standard_total_yuan", "fund": "fund_pay_yuan"}


@dataclass(frozen=True)
class Settled:
    """A month settled with some causes let in; `cause` is the one let in last."""

    cause: Cause
    cases: Path
    wards: Path


@dataclass
class Bench:
    """A private database of one month, to be settled in again and again.

    Attributes:
        home: the warehouse; nothing of it is changed but its cache.
        folder: empty folder for the database and the results.
        threads: threads of dbt and of the engine.
    """

    home: Home
    folder: Path
    threads: int

    @property
    def warehouse(self) -> Path:
        """The private database."""
        return self.folder / WAREHOUSE_FILE

    def prepare(self, inputs: MonthInputs, published: Mapping[str, Path], wards: Sequence[Path]) -> None:
        """Write the month's inputs, and views of what the release has published of it.

        Args:
            inputs: what the published month was computed from.
            published: verified files of the relations in `PUBLISHED`.
            wards: verified files of the ward weights of the month and of every earlier one.
        """
        only = {name: inputs.history[name] if name == HISTORY else [] for name in load_history_tables()}
        write_inputs(self.warehouse, replace(inputs, history=only))
        with duckdb.connect(str(self.warehouse)) as con:
            con.execute("create schema conformed")
            con.execute("create schema settlement")
            con.execute("create schema whatif")
            for relation, path in published.items():
                con.execute(f"create view {relation} as select * from read_parquet({_text(path)}, hive_partitioning = false)")
            files = ", ".join(_text(path) for path in wards)
            con.execute(f"create view whatif.published_wards as select * from read_parquet([{files}], hive_partitioning = false)")
            amounts = ", ".join(f"{column} decimal(18, 2)" for column in AMOUNTS.values())
            con.execute(f"create table settlement.int_settlement__settle_cases (stay_id varchar, {amounts})")
            for name in AMOUNTS:
                con.execute(f"create view whatif.{name}_case as {_amounts(name)}")
            halves = " union all ".join(f"select * from whatif.{name}_case" for name in AMOUNTS)
            con.execute(f"create view settlement.int_settlement__population_case as {halves}")
            con.execute(f"create view settlement.int_settlement__case_ward as {_ward_weights()}")

    def recall(self, months: Collection[date], files: Sequence[Path]) -> None:
        """Read earlier months of the range back as a stage settled them instead of as they were published."""
        with duckdb.connect(str(self.warehouse)) as con:
            renamed = con.execute("select 1 from duckdb_views() where view_name = 'published_settlement'").fetchone()
            if renamed is None:
                con.execute(f"alter view history.{HISTORY} rename to published_settlement")
            con.execute(f"create or replace view history.{HISTORY} as {_recalled(con, months, files)}")

    def settle(self, policy: Policy, hospital_id: str, name: str, *, with_terms: bool = False) -> tuple[Path, Path]:
        """Settle the month under a policy.

        Args:
            policy: rows to settle with.
            hospital_id: whose rows of them.
            name: of the result files.
            with_terms: whether the terms are those already written, a mixture, instead of the policy's own.

        Returns:
            Files of the cases and of their division over wards.
        """
        with duckdb.connect(str(self.warehouse)) as con:
            write_policy(con, policy, hospital_id)
            require_parameters(con)
            kept = _clear(con, with_terms=with_terms)
        excluded = (*EXCLUDE, *kept)
        phase = Phase("closed", SELECT, excluded, "重新结算", "settle again")
        build_phase(load_manifest(self.home), phase, self.folder, self.threads)
        cases, wards = self.folder / f"{name}.cases.parquet", self.folder / f"{name}.wards.parquet"
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            _export(con, SETTLED, cases)
            _export(con, "select * from settlement.int_settlement__case_ward_payment", wards)
        return cases, wards

    def keep_terms(self, name: str) -> None:
        """Keep the terms of the last settlement under a name."""
        with duckdb.connect(str(self.warehouse)) as con:
            con.execute(f"create or replace table whatif.{name}_terms as select * from {TERMS}")

    def write_terms(self, let_in: Collection[Cause]) -> None:
        """Put a mixture of the kept terms in place of the policy's own."""
        with duckdb.connect(str(self.warehouse)) as con:
            types = dict(con.execute("select column_name, column_type from (describe whatif.old_terms)").fetchall())
            body = mixed_terms(let_in, {name: kind for name, kind in types.items() if name not in TERM_KEY})
            con.execute(f"drop table {TERMS}")
            con.execute(
                f"""create table {TERMS} as select {", ".join(TERM_KEY)}, {body}
                    from whatif.old_terms as old full join whatif.new_terms as new using ({", ".join(TERM_KEY)})"""
            )

    def require_point_values(self) -> None:
        """Every case under the other policy has a price.

        Raises:
            ConfigurationError: a point value is missing.
        """
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            lacking = con.execute(
                f"""select region, scheme, insurance_type, policy_year, count(*) from {TERMS} where point_value is null
                    group by all order by all"""
            ).fetchall()
        if lacking:
            named = "; ".join(f"{region} {scheme} {kind} {year}" for region, scheme, kind, year, _ in lacking)
            raise ConfigurationError(
                f"the policy has no point value for {named}",
                rule="SETL-01",
                remedy="add the rows to point_value.csv",
                zh=f"点值缺失：{named}",
            )

    def present_causes(self, old: Policy, new: Policy, hospital_id: str) -> list[Cause]:
        """Causes that may move a figure, in order; a change of the scheme leaves nothing to tell apart."""
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            names = sorted({name for cause in CAUSES for name in cause.terms})
            counts = ", ".join(f'count(*) filter (old."{name}" is distinct from new."{name}")' for name in names)
            pairs = f"whatif.old_terms as old inner join whatif.new_terms as new using ({', '.join(TERM_KEY)})"
            (found,) = con.execute(f"select {counts} from {pairs}").fetchall()
            differs = {name: count > 0 for name, count in zip(names, found, strict=True)}
        if differs["scheme"]:
            return [SCHEME]
        # A table that reaches a case through its terms alone moves nothing unless they say so.
        changed = {row["cause"] for row in list_changes(old, new, hospital_id, CAUSES) if row["table_name"] not in THROUGH_TERMS}
        return [c for c in CAUSES if c.code in changed or any(differs[name] for name in c.terms)]


def settle_month(
    bench: Bench,
    policies: tuple[Policy, Policy],
    hospital_id: str,
    earlier: Mapping[date, Sequence[Settled]],
) -> list[Settled]:
    """A month with one cause more let in at each stage.

    Args:
        bench: its private database, prepared.
        policies: the recorded policy and the other one.
        hospital_id: hospital.
        earlier: stages of the months of the range before this one.

    Returns:
        The month under the recorded policy and today's program, then one entry per cause.
    """
    old, new = policies
    stages = [Settled(PROGRAM, *bench.settle(old, hospital_id, PROGRAM.code))]
    bench.keep_terms("old")
    if earlier:
        bench.recall(list(earlier), [month[-1].cases for month in earlier.values()])
    final = bench.settle(new, hospital_id, "other")
    bench.require_point_values()
    bench.keep_terms("new")
    moving = _moving(bench.present_causes(old, new, hospital_id), earlier)
    for number, cause in enumerate(moving[:-1], start=1):
        if earlier:
            bench.recall(list(earlier), [_up_to(month, cause).cases for month in earlier.values()])
        bench.write_terms(moving[:number])
        mixture = mix(old, new, moving[:number])
        stages.append(Settled(cause, *bench.settle(mixture, hospital_id, cause.code, with_terms=True)))
    return stages + [Settled(cause, *final) for cause in moving[-1:]]


def _moving(present: list[Cause], earlier: Mapping[date, Sequence[Settled]]) -> list[Cause]:
    """Causes of the month and those that moved an earlier one it reads back, in order."""
    carried = {stage.cause for month in earlier.values() for stage in month}
    if SCHEME in present or SCHEME in carried:
        return [SCHEME]
    return [cause for cause in CAUSES if cause in present or cause in carried]


def verified_files(root: Path, files: Sequence[PartitionFile], hospital_id: str, relation: str, last: date) -> dict[date, Path]:
    """Files of a relation by month up to a month, each held against its hash."""
    wanted = [f for f in files if (f.hospital_id, f.relation) == (hospital_id, relation) and f.month <= last]
    return {file.month: file.verified(root) for file in wanted}


def _up_to(stages: Sequence[Settled], cause: Cause) -> Settled:
    """The last stage of a month that lets in no cause behind the one given."""
    order = [PROGRAM, SCHEME, *CAUSES]
    return [stage for stage in stages if order.index(stage.cause) <= order.index(cause)][-1]


def _clear(con: duckdb.DuckDBPyConnection, *, with_terms: bool) -> list[str]:
    """Drop what the last settlement built, because models expect an empty place; the names of what stays."""
    built = con.execute(
        """select table_schema, table_name, case table_type when 'VIEW' then 'view' else 'table' end
           from information_schema.tables
           where table_schema in ('staging', 'grouping', 'grouped', 'settlement')"""
    ).fetchall()
    kept = {name for schema, name, _ in built if schema == "staging" or (with_terms and name == TERMS_MODEL)}
    for schema, name, kind in built:
        if name not in {*kept, *STANDING}:
            con.execute(f"drop {kind} {schema}.{name}")
    return sorted(kept)


def _amounts(name: str) -> str:
    return f"""select '{name}:' || stay_id as stay_id, cast({AMOUNTS[name]} as decimal(18, 2)) as payment_yuan
               from settlement.int_settlement__settle_cases"""


def _ward_weights() -> str:
    halves = (f"select '{name}:' || stay_id as stay_id, dept_id, ward_weight from whatif.published_wards" for name in AMOUNTS)
    return " union all ".join(halves)


def _recalled(con: duckdb.DuckDBPyConnection, months: Collection[date], files: Sequence[Path]) -> str:
    """Published rows with the simulated ones of some months replaced by those of the files, in the published columns."""
    columns = con.execute("select column_name, column_type from (describe history.published_settlement)").fetchall()
    replaced = ", ".join(f"date '{month}'" for month in sorted(months))
    listed = ", ".join(_text(path) for path in files)
    there = {row[0] for row in con.execute(f"describe select * from read_parquet([{listed}])").fetchall()}
    body = ", ".join(f'cast({name if name in there else "null"} as {kind}) as "{name}"' for name, kind in columns)
    return f"""select * from history.published_settlement where basis <> 'simulated' or month not in ({replaced})
               union all select {body} from read_parquet([{listed}])"""


def _export(con: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    con.execute(f"copy ({query}) to {_text(target)} (format parquet)")


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
