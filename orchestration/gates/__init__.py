"""Gates: SQL finds the rows and the figures, Great Expectations judges them, every gate answers."""

from orchestration.gates.answers import GateAnswer, stopping
from orchestration.gates.checkpoint import run_checkpoint
from orchestration.gates.index import CHECKPOINTS, Gate, load_index
from orchestration.gates.results import require_passed, resolve_addresses, write_gate_results

__all__ = [
    "CHECKPOINTS",
    "Gate",
    "GateAnswer",
    "load_index",
    "require_passed",
    "resolve_addresses",
    "run_checkpoint",
    "stopping",
    "write_gate_results",
]
