"""The graph of the month: one job, every contract table and model an asset, gates that block."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dagster import AssetKey, Definitions, JobDefinition
from dagster._core.definitions.dependency import BlockingAssetChecksDependencyDefinition

from orchestration.contract import load_contract
from orchestration.dagster.jobs import MONTH_JOB
from orchestration.dagster.partitions import hospital_and_month, partition_key
from orchestration.dagster.resources import RESOURCE, CasemixResource
from orchestration.dagster.schedules import month_before
from orchestration.dagster.storage import PooledSqliteEventLogStorage, open_instance
from orchestration.definitions import build_defs
from orchestration.gates import CHECKPOINTS, load_index
from orchestration.home import PROJECT_ROOT, Home
from orchestration.release.catalogue import load_marts
from orchestration.run.settings import RunSettings, write_settings

STEPS = [
    "land",
    "prepare",
    "build_received",
    "judge_received",
    "pass_received",
    "build_conformed",
    "judge_conformed",
    "pass_conformed",
    "build_closed",
    "judge_closed",
    "pass_closed",
    "export",
    "release",
]


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    home = Home(tmp_path_factory.mktemp("home"))
    write_settings(RunSettings(home=home.root, hospitals=("H1", "H2"), months=("2025-01", "2025-02")))
    return build_defs({RESOURCE: CasemixResource.of(home)})


@pytest.fixture(scope="module")
def job(definitions: Definitions) -> JobDefinition:
    return definitions.resolve_job_def(MONTH_JOB)


def test_the_steps_of_the_job(job: JobDefinition) -> None:
    assert sorted(node.name for node in job.graph.nodes) == sorted(STEPS)


def test_the_steps_run_in_the_order_of_the_path(job: JobDefinition) -> None:
    order = [node.name for node in job.graph.nodes_in_topological_order]
    assert [step for step in order if not step.startswith(("land", "prepare"))] == STEPS[2:]


def test_every_contract_table_and_mart_is_an_asset(definitions: Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {f"{table.source}/{table.name}" for table in load_contract()} <= keys
    written_by_the_run = {"audit/fct_gate_result"}
    assert {mart.relation.replace(".", "/") for mart in load_marts().values()} - written_by_the_run <= keys
    assert {"run/scope", "policy", "gated_month", "release", *(f"checkpoint/{name}" for name in CHECKPOINTS)} <= keys


def test_every_gate_is_a_blocking_check(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {check.name: graph.get(check) for check in graph.asset_check_keys}
    assert set(checks) == {gate_id.replace("-", "_") for gate_id in load_index()}
    assert all(node.blocking for node in checks.values())


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_checkpoint_waits_for_its_blocking_checks(job: JobDefinition, checkpoint: str) -> None:
    dependencies = next(deps for node, deps in job.graph.dependencies.items() if node.name == f"pass_{checkpoint}")
    assert dependencies
    assert all(isinstance(dep, BlockingAssetChecksDependencyDefinition) for dep in dependencies.values())


@pytest.mark.parametrize(("later", "before"), [("conformed", "received"), ("closed", "conformed")])
def test_the_models_of_a_phase_wait_for_the_checkpoint_before(job: JobDefinition, later: str, before: str) -> None:
    dependencies = next(deps for node, deps in job.graph.dependencies.items() if node.name == f"build_{later}")
    assert any(f"pass_{before}" == node for dep in dependencies.values() for node in [getattr(dep, "node", None)])


def test_groups_show_the_path(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert {"landing", "preparation", "conformed", "costing", "costed", "gates_received", "release"} <= groups


def test_one_schedule_that_somebody_must_turn_on(definitions: Definitions) -> None:
    (schedule,) = definitions.schedules or []
    assert schedule.name == "close_last_month"
    assert month_before(datetime(2026, 1, 5, tzinfo=UTC)) == date(2025, 12, 1)


def test_partition_keys_go_there_and_back() -> None:
    assert hospital_and_month(partition_key("H1", date(2025, 2, 1))) == ("H1", date(2025, 2, 1))


def test_the_instance_of_a_home_sends_nothing_and_pools_its_connections(tmp_path: Path) -> None:
    instance = open_instance(Home(tmp_path))
    try:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert isinstance(instance.event_log_storage, PooledSqliteEventLogStorage)
        assert instance.event_log_storage.has_table("event_logs")
    finally:
        instance.dispose()


def test_definitions_stay_small() -> None:
    assert len((PROJECT_ROOT / "orchestration" / "definitions.py").read_text().splitlines()) < 50


def test_landed_tables_feed_the_models_that_read_their_staging(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert AssetKey(["his", "his_charge"]) in graph.get(AssetKey(["conformed", "int_conformed__charge"])).parent_keys
