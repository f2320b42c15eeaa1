"""Macros a month can call.

dbt builds the namespace of every macro it knows anew for every node. Most of them serve features the project does not use
(snapshots, seeds, incremental models), and cost more than the models themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Called by name from dbt's Python code, so that no node or macro depends on them in the manifest.
CALLED_BY_DBT = frozenset(
    {
        "materialization_table_duckdb",
        "materialization_leaf_duckdb",
        "materialization_view_duckdb",
        "materialization_test_default",
        "list_relations_without_caching",
        "list_schemas",
        "check_schema_exists",
        "create_schema",
        "drop_relation",
        "rename_relation",
        "truncate_relation",
        "get_columns_in_relation",
        "generate_database_name",
        "generate_alias_name",
        "is_incremental",
        "should_full_refresh",
    }
)


def keep_used_macros(manifest: Manifest) -> None:
    """Drop every macro that neither a node, nor dbt itself, nor a macro of the project can reach."""
    project = manifest.metadata.project_name
    roots = {name for node in manifest.nodes.values() for name in node.depends_on.macros}
    roots |= {name for name, macro in manifest.macros.items() if macro.package_name == project or macro.name in CALLED_BY_DBT}
    reached: set[str] = set()
    waiting = sorted(roots & manifest.macros.keys())
    while waiting:
        name = waiting.pop()
        if name in manifest.macros and name not in reached:
            reached.add(name)
            waiting += manifest.macros[name].depends_on.macros
    for name in sorted(manifest.macros.keys() - reached):
        del manifest.macros[name]
