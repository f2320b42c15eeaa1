"""Positive evidence that a month was built whole: every model and every test of the project ran in it, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from orchestration.errors import GateStopped

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

RUN = frozenset({"model", "test"})
LEFT_OUT = "development"
SHOWN = 10


def expected_nodes(manifest: Manifest) -> set[str]:
    """Models and tests that belong to every month."""
    return {
        name
        for name, node in manifest.nodes.items()
        if str(node.resource_type) in RUN and LEFT_OUT not in node.tags and node.config.materialized != "ephemeral"
    }


def require_built(expected: Collection[str], built: Collection[str]) -> dict[str, object]:
    """Nothing that had to run is missing; what ran, as the record keeps it.

    Raises:
        GateStopped: F45, models or tests that did not run, by name.
    """
    missing = sorted(set(expected) - set(built))
    if missing:
        names = ", ".join(missing[:SHOWN])
        raise GateStopped(
            f"{len(missing)} of {len(expected)} models and tests did not run: {names}",
            rule="F45",
            zh=f"{len(missing)} 个模型或测试未运行：{names}",
            remedy="run the month again; if they are missing again, look at the selection of the phases",
        )
    return {"nodes": len(expected), "names_sha256": hashlib.sha256("\n".join(sorted(expected)).encode()).hexdigest()}
