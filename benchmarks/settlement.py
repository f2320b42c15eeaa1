"""Cases settled per second: the settlement models on a synthetic month, CPU seconds of each model.

One hospital, random fees on both sides of the multiples (one case in ten is high or low, about twice what insurers report), a
settlement for every case, two wards for one case in ten.
Models are compiled by dbt once and run on DuckDB directly, so that only their own work is counted.

    python -m benchmarks.settlement --cases 1000000 [--scheme DIP|CHS-DRG] [--runs 5]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from orchestration.policy import load_policy
from orchestration.run.private import create_private_database
from tests.models.compiled_models import DATABASE, CompiledModels, compile_project, compiled_models
from tests.models.settlement_parents import PARENTS, SCHEMAS, SELECT

HOSPITALS = {"DIP": "H1", "CHS-DRG": "H2"}
TARGET_SECONDS = 5.0
# As profiles.yml opens the file of a run.
AS_IN_A_RUN = ("set preserve_insertion_order = false", "set disabled_optimizers = 'compressed_materialization'")
# Dividing a case over wards, true-ups and the population belong to the bonus; these settle a case.
SETTLING = (
    "int_settlement__sum_settlements", "int_settlement__recall_cases", "int_settlement__find_readmissions",
    "int_settlement__gather_cases", "int_settlement__find_terms", "int_settlement__find_references",
    "int_settlement__price_references", "int_settlement__match_rules",
    "int_settlement__classify_cases", "int_settlement__score_cases", "int_settlement__price_cases", "int_settlement__pay_per_day",
    "int_settlement__settle_cases", "fct_case_settlement",
)  # fmt: skip

GROUPS = """
    create or replace temp table numbered as
    select *, row_number() over (order by group_code) - 1 as place
    from policy.group_payment
    where scheme = $scheme and hospital_level = 'tertiary'
"""
CASES = """
    create or replace temp table drawn as
    with chosen as (
        select range as number, cast(hash(range, 'group') % $groups as bigint) as place from range($cases)
    )
    select
        number,
        'S' || number as stay_id,
        numbered.group_code,
        numbered.version,
        cast(numbered.mean_fee * case
            when number % 20 = 0 then 0.2 + 0.3 * (hash(number, 'fee') % 10007) / 10007.0
            when number % 20 = 1 then 2.0 + 1.5 * (hash(number, 'fee') % 10007) / 10007.0
            else 0.5 + 1.4 * (hash(number, 'fee') % 10007) / 10007.0
        end as decimal(18, 2)) as fee,
        date '2025-03-01' + cast(hash(number, 'day') % 31 as integer) as discharged_on,
        (['employee', 'resident', 'other_region', 'self_pay'])[1 + cast(hash(number, 'kind') % 4 as integer)] as insurance_type
    from chosen
    inner join numbered on chosen.place = numbered.place
"""
FILLED = {
    "conformed.int_conformed__case": """
        select stay_id, insurance_type, discharged_on - interval 5 day + interval 9 hour, discharged_on + interval 9 hour,
            discharged_on, fee, cast(fee / 5 as decimal(18, 2)), 5, '1', 'D1', false from drawn""",
    "conformed.int_conformed__stay": """
        select stay_id, number, 'P' || number // 2, discharged_on - interval 5 day + interval 9 hour,
            discharged_on + interval 9 hour
        from drawn""",
    "conformed.int_conformed__ward_day": """
        select stay_id, 'D1', 3 from drawn union all select stay_id, 'D2', 2 from drawn where number % 10 = 0""",
    "grouped.fct_case": "select stay_id, $scheme, version, 'grouped', group_code, 1 from drawn",
    "costed.fct_case_cost": "select stay_id, 'top_down', 100, 120, 300, 200 from drawn",
}
SETTLEMENTS = """
    insert into landing.his_settlement by name
    select 'H' as hospital_id, 'J' || number as settlement_id, 'inpatient' as encounter_type, stay_id as encounter_id,
        discharged_on as settled_on, insurance_type, fee as total_fee, cast(fee / 20 as decimal(18, 2)) as full_self_paid,
        0 as first_self_paid, 0 as over_limit_self_paid, 500 as deductible, 0.85 as in_scope_ratio, false as is_reversal,
        fee - cast(fee / 4 as decimal(18, 2)) as fund_booked, 0 as other_fund, cast(fee / 4 as decimal(18, 2)) as patient_pay,
        1 as batch_key, number as source_row
    from drawn
"""


def fill(con: duckdb.DuckDBPyConnection, scheme: str, cases: int) -> None:
    """A month of random cases under the default policy of the sample hospital with the scheme."""
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")
    for name, columns in PARENTS.items():
        con.execute(f"create table {name} ({columns})")
    con.execute("insert into run.scope values ('H', '2025-03-01', '2025-04-01', null, 'policy', true)")
    for name, rows in load_policy(None).for_hospital(HOSPITALS[scheme]).items():
        con.register("rows", rows)
        con.execute(f"insert into policy.{name} select * from rows")
    con.execute(GROUPS, {"scheme": scheme})
    (groups,) = con.execute("select count(*) from numbered").fetchone() or (0,)
    con.execute(CASES, {"cases": cases, "groups": groups})
    for name, query in FILLED.items():
        con.execute(f"insert into {name} {query}", {"scheme": scheme} if "$scheme" in query else {})
    con.execute(SETTLEMENTS)


def measure(con: duckdb.DuckDBPyConnection, models: CompiledModels) -> dict[str, tuple[float, float]]:
    """Seconds and CPU seconds of every model."""
    taken = {}
    for name in models.statements:
        started, cpu = time.perf_counter(), time.process_time()
        models.build_only(con, name)
        taken[name] = (time.perf_counter() - started, time.process_time() - cpu)
    return taken


def main() -> None:
    """Print seconds and CPU seconds by model and whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scheme", choices=sorted(HOSPITALS), default="DIP")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compile_project(Path(folder) / "compiled")
        models = compiled_models(Path(folder) / "compiled", SELECT)
        with create_private_database(Path(folder) / DATABASE) as con:
            con.execute(f"set threads = {given.threads}")
            for setting in AS_IN_A_RUN:
                con.execute(setting)
            fill(con, given.scheme, given.cases)
            runs = [measure(con, models) for _ in range(given.runs)]
            counts = con.execute(
                "select multiple_class, count(*), sum(standard_total_yuan), sum(fund_pay_yuan) from settled.fct_case_settlement "
                "group by all order by all"
            ).fetchall()
    taken = {name: tuple(median(run[name][part] for run in runs) for part in (0, 1)) for name in runs[0]}
    for name, (seconds, cpu) in sorted(taken.items(), key=lambda item: -item[1][1]):
        if cpu > 0.1:
            print(f"{name:45} {seconds:7.2f} s {cpu:7.2f} CPU s{'' if name in SETTLING else '  (beside settling)'}")
    for row in counts:
        print(*row)
    walls, cpus = ([sum(run[name][part] for name in SETTLING if name in run) for run in runs] for part in (0, 1))
    print(
        f"settled {given.cases:,} cases, median of {given.runs}: {median(walls):.2f} s ({min(walls):.2f} - {max(walls):.2f}), "
        f"{median(cpus):.2f} CPU s: {'met' if median(walls) <= TARGET_SECONDS else 'missed'}"
    )


if __name__ == "__main__":
    main()
