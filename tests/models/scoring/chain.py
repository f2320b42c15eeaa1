"""Run the scoring models on literal rows: dbt has compiled them, DuckDB builds the chain in milliseconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb

from tests.models.compiled_models import DATABASE, compiled_nodes

UPSTREAM = {
    "conformed.int_conformed__department": {
        "dept_id": "varchar",
        "dept_key": "integer",
        "dept_name": "varchar",
        "dept_class": "varchar",
        "service_setting": "varchar",
        "discipline_class": "varchar",
        "strategy_class": "varchar",
        "open_beds": "integer",
    },
    "conformed.int_conformed__staff": {
        "staff_id": "varchar",
        "staff_key": "integer",
        "dept_id": "varchar",
        "role": "varchar",
        "position_coefficient": "decimal(9,6)",
        "full_time_equivalent": "decimal(9,6)",
        "is_valid_on_first_day": "boolean",
    },
    "conformed.int_conformed__item_period": {
        "item_period_key": "integer",
        "item_id": "varchar",
        "item_kind": "varchar",
        "fee_class": "varchar",
        "is_antibacterial": "boolean",
        "judging_points": "decimal(18,4)",
        "executing_points": "decimal(18,4)",
        "nursing_points": "decimal(18,4)",
        "has_points": "boolean",
    },
    "conformed.int_conformed__charge": {
        "batch_key": "integer",
        "source_row": "bigint",
        "is_inpatient": "boolean",
        "encounter_key": "integer",
        "item_period_key": "integer",
        "ordering_dept_key": "integer",
        "executing_dept_key": "integer",
        "nursing_dept_key": "integer",
        "ordering_staff_key": "integer",
        "executing_staff_key": "integer",
        "quantity": "decimal(18,4)",
        "amount_yuan": "decimal(18,2)",
        "disposition_code": "tinyint",
    },
    "costing.int_costing__outpatient_direct_cost": {
        "dept_id": "varchar",
        "cost_category": "varchar",
        "is_separately_charged": "boolean",
        "stage": "varchar",
        "amount_yuan": "decimal(18,2)",
    },
    "settlement.int_settlement__population_case": {
        "stay_id": "varchar",
        "discharge_month": "date",
        "group_key": "varchar",
        "payment_yuan": "decimal(18,2)",
        "own_cost_yuan": "decimal(18,2)",
        "own_fee_yuan": "decimal(18,2)",
        "shared_cost_yuan": "decimal(18,2)",
        "shared_direct_cost_yuan": "decimal(18,2)",
    },
    "settlement.int_settlement__case_ward": {"stay_id": "varchar", "dept_id": "varchar", "ward_weight": "decimal(18,4)"},
    "settlement.int_settlement__case_ward_payment": {"stay_id": "varchar", "dept_id": "varchar", "payment_yuan": "decimal(18,2)"},
    "settlement.int_settlement__true_up_case_ward": {
        "stay_id": "varchar",
        "dept_id": "varchar",
        "actual_yuan": "decimal(18,2)",
        "simulated_yuan": "decimal(18,2)",
        "true_up_yuan": "decimal(18,2)",
    },
    "settled.fct_case_ruling": {"dept_id": "varchar", "charged_yuan": "decimal(18,2)"},
    "scoring.int_scoring__set_targets": {
        "level": "varchar",
        "subject_id": "varchar",
        "indicator_code": "varchar",
        "target": "decimal(18,4)",
        "target_floor": "decimal(18,4)",
        "target_weight": "decimal(9,6)",
        "is_veto": "boolean",
    },
    "costed.fct_department_cost": {"dept_id": "varchar", "service_setting": "varchar"},
    "settled.fct_true_up": {"dept_id": "varchar"},
    "scored.fct_indicator_case": {"stay_id": "varchar", "weight": "decimal(18,4)"},
    "scored.fct_indicator": {
        "level": "varchar",
        "subject_id": "varchar",
        "indicator_code": "varchar",
        "numerator": "decimal(38,12)",
        "denominator": "decimal(38,12)",
        "value": "decimal(38,6)",
        "target": "decimal(18,4)",
        "target_floor": "decimal(18,4)",
        "target_weight": "decimal(9,6)",
        "is_veto": "boolean",
        "is_attained": "boolean",
        "dimension": "varchar",
        "direction": "varchar",
    },
}
DEFAULTS = {
    "recognition_ratio": "0.70",
    "uncontrollable_ratio": "0.30",
    "recognise_on": "revenue",
    "true_up_basis": "simulated",
    "pay_basis": "total",
    "own_basis": "fee",
    "deduction_unit": "group_mean",
    "outpatient_cost_stage": "direct",
    "inpatient_cost_stage": "full",
    "technology_inpatient_points": "no",
    "negative_bonus": "carry_forward",
    "score_applies_to_true_up": "true",
    "smoothing_alpha": "1",
    "swing_limit": "none",
    "reserve_overdraw": "stop",
    "adjustment_minimum": "0.5",
    "adjustment_maximum": "2",
    "top_department_share": "0.30",
    "discipline_excess_limit": "0.10",
    "year_closing_month": "12",
    "quality_weight_minimum": "0.30",
    "weight_price": "600",
    "difficulty_price": "300",
    "difficulty_weight": "2",
    "surplus_share": "0.30",
    "score_card_base": "2000",
}
BONUS = ("staging.stg_performance__*", "scoring.*", "scored.*", "audit.gate_bon_*")
INDICATORS = (
    "scored.fct_indicator",
    "scored.fct_indicator_case",
    "scored.fct_stay_use",
    "scored.fct_equipment_use",
    "scored.fct_goal",
    "scored.fct_linkage",
    "scored.fct_point_review",
    "scored.fct_recognition_review",
    "scoring.int_scoring__rate_risks",
    "scoring.int_scoring__flag_cases",
    "scoring.int_scoring__measure_cases",
    "scoring.int_scoring__count_activity",
    "scoring.int_scoring__measure_activity",
    "scoring.int_scoring__set_targets",
)
STEPS = ("score", "card", "cap", "veto", "subsidy", "smoothing", "carry", "floor")
Row = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """One compiled model: where it goes and what it selects."""

    relation: str
    sql: str


@dataclass(frozen=True)
class Chosen:
    """Models in the order they have to be built, and the empty database they were compiled against."""

    database: Path
    models: list[Model]


def choose_models(project: Path, names: Iterable[str], without: Iterable[str] = ()) -> Chosen:
    """Compiled models whose schema.name fits one of the patterns."""
    nodes = {f"{node['schema']}.{node['name']}": node["compiled_code"] for node in compiled_nodes(project)}
    wanted = [name for name in nodes if name not in without and any(fnmatch(name, pattern) for pattern in names)]
    return Chosen(project / DATABASE, [Model(name, nodes[name]) for name in wanted])


class Chain:
    """A private database with literal rows; `build` runs every model of the area over the `given` relations."""

    def __init__(self, chosen: Chosen, folder: Path, given: Mapping[str, Mapping[str, str]] = UPSTREAM) -> None:
        self.models = chosen.models
        self.con = duckdb.connect(str(shutil.copy(chosen.database, folder)))
        self.con.execute("insert into run.scope values ('H', date '2025-03-01', date '2025-04-01', null, 'policy', true)")
        for relation, columns in given.items():
            self.con.execute(f"create schema if not exists {relation.split('.')[0]}")
            body = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
            self.con.execute(f"create or replace table {relation} ({body})")
        self.policy("parameter", [{"hospital_id": "*", "parameter_code": k, "value": v} for k, v in DEFAULTS.items()])
        self.policy(
            "bonus_scheme",
            [
                {"dept_class": c, "scheme_code": s}
                for c, s in (
                    ("clinical", "standard"),
                    ("medical_technology", "standard"),
                    ("medical_auxiliary", "administrative"),
                    ("administrative", "administrative"),
                )
            ],
        )
        self.policy(
            "bonus_step",
            [
                {"scheme_code": scheme, "step_no": n, "step": step, "is_on": True}
                for scheme in ("standard", "administrative")
                for n, step in enumerate(("inpatient_pool", *STEPS), start=1)
            ],
        )

    def insert(self, relation: str, rows: Iterable[Row]) -> None:
        """Append rows; columns that are not named stay null."""
        alike: dict[tuple[str, ...], list[list[Any]]] = {}
        for row in rows:
            alike.setdefault(tuple(row), []).append(list(row.values()))
        for columns, values in alike.items():
            marks = ", ".join("(" + ", ".join("?" * len(columns)) + ")" for _ in values)
            cells = [cell for row in values for cell in row]
            self.con.execute(f"insert into {relation} ({', '.join(columns)}) values {marks}", cells)

    def policy(self, table: str, rows: Iterable[Row]) -> None:
        """Append policy rows valid since 2020, sourced and approved."""
        common = {
            "valid_from": "2020-01-01",
            "source_type": "local",
            "source_ref": "test",
            "approved_by": "test",
            "recorded_at": "2020-01-01",
        }
        self.insert(f"policy.{table}", [{**common, **row} for row in rows])

    def decide(self, **values: str) -> None:
        """Change scalar decisions."""
        for code, value in values.items():
            self.con.execute("update policy.parameter set value = ? where parameter_code = ?", [value, code])

    def landed(self, table: str, rows: Iterable[Row]) -> None:
        """Append delivered rows of the month, addressed in the order given."""
        common = {"hospital_id": "H", "batch_key": 1} | ({"month": "2025-03-01"} if table.startswith("performance_") else {})
        self.insert(f"landing.{table}", [{**common, "source_row": n, **row} for n, row in enumerate(rows, start=2)])

    def build(self) -> Chain:
        """Build every model of the area."""
        self.con.begin()
        for schema in sorted({model.relation.split(".")[0] for model in self.models}):
            self.con.execute(f"create schema if not exists {schema}")
        for model in self.models:
            self.con.execute(f"create or replace table {model.relation} as {model.sql}")
        self.con.commit()
        return self

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.con.execute(query).fetchall()

    def value(self, query: str) -> Any:
        """The single value of a query."""
        ((value,),) = self.rows(query)
        return value
