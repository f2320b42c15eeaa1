"""Asset specs: names, groups and texts of everything on the path of a number.

Belongs here: pure functions from the contract and the dbt manifest to specs. Not here: anything that runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from dagster import AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

from orchestration.contract import load_contract, load_history_tables
from orchestration.gates import Gate, load_index
from orchestration.release.catalogue import load_marts
from orchestration.run.phases import PHASES, Phase

POLICY = AssetKey("policy")
SCOPE = AssetKey(["run", "scope"])
RELEASE = AssetKey("release")
GATED_MONTH = AssetKey("gated_month")
ONE_ASSET_SOURCES = ("policy", "pack", "run")
STAGING = "staging"
GATES = "gates"
# An asset costs a run some ten milliseconds; models that only rename, and gates, which are shown as checks, are left out.
NO_ASSETS = ("fqn:casemix.staging", "fqn:casemix.gates")
TRANSLATION = DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)


class PathTranslator(DagsterDbtTranslator):
    """Groups follow the folders, so that the graph reads as the path of a number."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Schema and name; the gates of a checkpoint, and the tables of policy, packs and run, count as one asset each.

        A staging model only renames its table, so it counts as the landed table itself.
        """
        if dbt_resource_props["resource_type"] != "source":
            area, *folders = dbt_resource_props["fqn"][1:]
            if area == GATES:
                return gates_key(folders[0])
            if area == STAGING:
                (table,) = dbt_resource_props["depends_on"]["nodes"]
                return AssetKey(table.split(".")[-2:])
            return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        source = dbt_resource_props["source_name"]
        if source in ONE_ASSET_SOURCES:
            return SCOPE if source == "run" else POLICY
        return AssetKey([source, dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Area of the model: ``conformed``, ``costing``, ``costed`` and so on."""
        folders = list(dbt_resource_props["fqn"][1:-1])
        return str(folders[1] if folders[0] == "marts" else folders[0])


TRANSLATOR = PathTranslator(TRANSLATION)


def landing_specs() -> list[AssetSpec]:
    """One asset per contract table."""
    return [
        AssetSpec(
            [table.source, table.name], group_name="landing", description=f"{table.zh}. {table.description}", kinds={"parquet"}
        )
        for table in load_contract()
    ]


def preparation_specs() -> list[AssetSpec]:
    """Scope, policy and history of the run: what the models know besides the landed rows."""
    landed = [spec.key for spec in landing_specs()]
    history = [
        AssetSpec(["history", name], group_name="preparation", description="已发布月份回读") for name in load_history_tables()
    ]
    return [
        AssetSpec(SCOPE, deps=landed, group_name="preparation", description="运行范围、批次与控制数", kinds={"duckdb"}),
        AssetSpec(POLICY, group_name="preparation", description="生效政策与分组器数据包", kinds={"csv"}),
        *history,
    ]


def model_specs(manifest: Mapping[str, Any], phase: Phase) -> list[AssetSpec]:
    """Models of a phase, and one asset for its gates. What reads nothing of its own phase waits for the checkpoint before."""
    models = build_dbt_asset_specs(
        manifest=manifest,
        dagster_dbt_translator=TRANSLATOR,
        select=" ".join(phase.select),
        exclude=" ".join((*phase.exclude, *NO_ASSETS)),
    )
    specs = [*models, _gates_spec(manifest, phase.checkpoint)]
    own = {spec.key for spec in specs}
    before = _checkpoint_before(phase)
    return [spec if before is None else _after(spec, own, before) for spec in specs]


def gates_key(checkpoint: str) -> AssetKey:
    """The relations in which the gates of a checkpoint find their rows."""
    return AssetKey([GATES, checkpoint])


def _gates_spec(manifest: Mapping[str, Any], checkpoint: str) -> AssetSpec:
    nodes = manifest["nodes"] | manifest["sources"]
    gates = [node for node in manifest["nodes"].values() if node["fqn"][1:3] == [GATES, checkpoint]]
    parents = {TRANSLATOR.get_asset_key(nodes[parent]) for gate in gates for parent in manifest["parent_map"][gate["unique_id"]]}
    text = f"检查点 {checkpoint} 的质量门关系。Relations in which the gates of the checkpoint find their rows."
    deps = sorted(parents - {gates_key(checkpoint)})
    return AssetSpec(gates_key(checkpoint), deps=deps, group_name=f"gates_{checkpoint}", description=text, kinds={"duckdb"})


def _after(spec: AssetSpec, own: set[AssetKey], checkpoint: AssetKey) -> AssetSpec:
    """Only models that read nothing of their own phase need the edge; the others follow them."""
    if any(dep.asset_key in own for dep in spec.deps):
        return spec
    return spec.merge_attributes(deps=[checkpoint])


def in_build_order(specs: Collection[AssetSpec]) -> list[AssetKey]:
    """Keys of the specs, each after the ones it reads; Dagster wants them materialized so."""
    own = {spec.key for spec in specs}
    edges = {spec.key: sorted(dep.asset_key for dep in spec.deps if dep.asset_key in own) for spec in specs}
    return list(TopologicalSorter(edges).static_order())


def checkpoint_key(checkpoint: str) -> AssetKey:
    """Asset that exists once every gate of the checkpoint has answered and none stops."""
    return AssetKey(["checkpoint", checkpoint])


def _checkpoint_before(phase: Phase) -> AssetKey | None:
    position = PHASES.index(phase)
    return checkpoint_key(PHASES[position - 1].checkpoint) if position else None


def gates_of(checkpoint: str) -> list[Gate]:
    """Gates of a checkpoint, in the order of its suite."""
    return [gate for gate in load_index().values() if gate.checkpoint == checkpoint]


def checkpoint_spec(checkpoint: str) -> AssetSpec:
    """Spec of a checkpoint; it waits for the gates, whose checks block."""
    text = f"检查点 {checkpoint}：全部质量门已回答。Every gate of the checkpoint answered and none stops."
    deps = [gates_key(checkpoint)]
    return AssetSpec(checkpoint_key(checkpoint), deps=deps, group_name=f"gates_{checkpoint}", description=text)


def gated_month_spec(models: Iterable[AssetSpec]) -> AssetSpec:
    """Spec of the exported month: the marts, once the last checkpoint is passed."""
    marts = sorted(spec.key for spec in models if spec.group_name in mart_schemas())
    text = "已过门、待发布的月份。The gated month as Parquet, ready to publish."
    return AssetSpec(
        GATED_MONTH,
        deps=[checkpoint_key(PHASES[-1].checkpoint), *marts],
        group_name="release",
        description=text,
        kinds={"parquet"},
    )


def release_spec() -> AssetSpec:
    """Spec of the release."""
    text = "不可变的已发布版本。The immutable release readers see."
    return AssetSpec(RELEASE, deps=[GATED_MONTH], group_name="release", description=text, kinds={"duckdb"})


def mart_schemas() -> frozenset[str]:
    """Groups that hold marts."""
    return frozenset(mart.schema for mart in load_marts().values())
