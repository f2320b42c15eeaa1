"""Build the models of a phase in the private database with dbt, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.errors import CasemixError, GateStopped, Place
from orchestration.gates.results import resolve_addresses
from orchestration.home import DBT_PROJECT
from orchestration.run.dbt_surroundings import dbt_surroundings
from orchestration.run.phases import Phase
from orchestration.run.progress import step

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

WAREHOUSE_FILE = "warehouse.duckdb"
SUCCESS = ("success", "pass", "no-op")
ADDRESS = "sample_key"
SHOWN_ROWS = 5


@dataclass(frozen=True)
class BuiltNode:
    """A model or test of the phase."""

    unique_id: str
    name: str
    schema: str
    resource_type: str
    status: str
    seconds: float
    message: str | None

    @property
    def has_failed(self) -> bool:
        """Whether the node itself failed; one skipped because of another is not named."""
        return self.status not in SUCCESS and self.status != "skipped"


def build_phase(manifest: Manifest, phase: Phase, folder: Path, threads: int) -> list[BuiltNode]:
    """Build and test the models of a phase.

    Args:
        manifest: the parsed project.
        phase: what to select.
        folder: folder of the run; holds the private database.
        threads: threads of dbt and of the engine.

    Returns:
        One entry per model and test, in the order they ended.

    Raises:
        GateStopped: a model failed or a test of shape found rows; each is named with the engine's message.
    """
    from dbt.cli.main import dbtRunner

    from orchestration.run.dbt_events import node_events, on_node_finished

    with step(phase.title_en) as reporter, dbt_surroundings(folder / WAREHOUSE_FILE, threads), node_events():
        runner = dbtRunner(manifest=manifest, callbacks=[on_node_finished(reporter.advance)])
        outcome = runner.invoke(_arguments(phase, folder, threads))
    if outcome.exception is not None:
        raise not_run(phase, outcome.exception)
    nodes = [_built(result) for result in outcome.result]  # type: ignore[union-attr]
    failed = [node for node in nodes if node.has_failed]
    if failed:
        raise _stopped(phase, failed, folder, _offending_rows(outcome.result, folder))
    return nodes


def not_run(phase: Phase, error: BaseException) -> CasemixError:
    """What to tell a user when dbt ended without results: it was interrupted, or something it needs is broken."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return CasemixError(
            f"the run was interrupted in the phase '{phase.title_en}'; nothing was published",
            rule="F37",
            remedy="run the month again: it starts from its landed batches, scratch files of this run are removed",
            zh=f"运行在{phase.title_zh}阶段被中断，未发布任何结果；重新运行该月即可",
        )
    reason = " ".join(str(error).split()) or type(error).__name__
    return CasemixError(
        f"dbt could not run the phase '{phase.title_en}': {reason}",
        rule="BUILD",
        remedy="casemix status names the run; its folder holds run.json",
        zh=f"dbt 未能执行{phase.title_zh}阶段",
    )


def _arguments(phase: Phase, folder: Path, threads: int) -> list[str]:
    # dbt's own log costs a tenth of a month; what went wrong is in its results.
    flags = [
        "--quiet",
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--no-write-json",
        "--no-partial-parse",
        "--no-use-colors",
        "--cache-selected-only",
    ]
    # "cautious" keeps a test that spans phases for the phase in which its last parent is built.
    tests = ["--indirect-selection", "cautious" if phase.checkpoint != "closed" else "buildable"]
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    output = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    selection = ["--select", *phase.select, "--exclude", *phase.exclude]
    return ["build", *flags, *tests, *places, *output, "--threads", str(threads), *selection]


def _built(result: Any) -> BuiltNode:
    node = result.node
    return BuiltNode(
        unique_id=node.unique_id,
        name=node.name,
        schema=node.schema,
        resource_type=str(node.resource_type),
        status=str(result.status),
        seconds=result.execution_time,
        message=result.message,
    )


def _offending_rows(results: Any, folder: Path) -> list[str]:
    """Rows failing tests found, by file and row where the test gives their source address."""
    lines: list[str] = []
    with duckdb.connect(str(folder / WAREHOUSE_FILE), read_only=True) as con:
        for result in results:
            code = getattr(result.node, "compiled_code", None)
            if str(result.node.resource_type) != "test" or str(result.status) != "fail" or not code:
                continue
            found = con.execute(f"select * from ({code}) limit {SHOWN_ROWS}")
            names = [column[0] for column in found.description]
            for row in found.fetchall():
                cells = dict(zip(names, row, strict=True))
                address = resolve_addresses(con, cells.pop(ADDRESS, None))
                lines.append(address or ", ".join(f"{name} {value}" for name, value in cells.items()))
    return lines


def _stopped(phase: Phase, failed: list[BuiltNode], folder: Path, rows: list[str]) -> GateStopped:
    lines = [f"{node.resource_type} {node.name}: {' '.join((node.message or node.status).split())}" for node in failed] + rows
    return GateStopped(
        f"{len(failed)} model(s) or test(s) of the phase '{phase.title_en}' failed\n" + "\n".join(lines),
        rule="BUILD",
        place=Place(file=str(folder / WAREHOUSE_FILE)),
        remedy="the private database is kept for inspection; correct the model, the policy or the rows the message speaks of",
        zh=f"{phase.title_zh}阶段有 {len(failed)} 个模型或测试失败",
    )
