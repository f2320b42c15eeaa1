"""The index of gates: one expectation suite per checkpoint, read without Great Expectations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import ConfigurationError, GateStopped, Place
from orchestration.home import EXPECTATIONS

CHECKPOINTS = ("received", "conformed", "closed")
MEASURES = ("failing_rows", "amount_yuan", "figure")
META = ("gate_id", "measure", "zh", "en", "owner")


@dataclass(frozen=True)
class Gate:
    """A gate of the index.

    `measure` is the column of the gate's relation that is compared with the threshold (`amount_yuan` by its
    magnitude); `expectation` is the entry of the suite, as Great Expectations reads it.
    """

    gate_id: str
    checkpoint: str
    measure: str
    zh: str
    en: str
    owner: str
    expectation: dict[str, Any]

    @property
    def relation(self) -> str:
        """Name of the model in schema audit, such as ``gate_cost_01``."""
        return "gate_" + self.gate_id.lower().replace("-", "_")

    @property
    def parameter(self) -> str:
        """Name under which the suite refers to the threshold, such as ``cost_01``."""
        return self.gate_id.lower().replace("-", "_")

    @property
    def is_lower_limit(self) -> bool:
        """Whether the measure must reach the threshold instead of staying within it."""
        return "min_value" in self.expectation["kwargs"]


def load_index(folder: Path = EXPECTATIONS) -> dict[str, Gate]:
    """Every gate by id, in the order of the suites.

    Raises:
        GateStopped: F46, a suite is missing or empty.
        ConfigurationError: an entry is malformed, or a gate has more than one expectation.
    """
    gates = [gate for checkpoint in CHECKPOINTS for gate in load_suite(checkpoint, folder)]
    for gate_id, count in Counter(gate.gate_id for gate in gates).items():
        if count > 1:
            raise ConfigurationError(
                f"gate {gate_id} has {count} expectations; every gate has exactly one",
                rule="F46",
                place=Place(file=str(folder)),
                remedy="keep one entry of the gate in one suite",
                zh=f"质量门 {gate_id} 有 {count} 条期望，每个门只能有一条",
            )
    return {gate.gate_id: gate for gate in gates}


@cache
def load_suite(checkpoint: str, folder: Path = EXPECTATIONS) -> tuple[Gate, ...]:
    """Gates of one checkpoint; errors as `load_index`."""
    path = folder / f"{checkpoint}.yml"
    entries = (_read(path) or {}).get("expectations") if path.is_file() else None
    if not entries:
        raise GateStopped(
            f"suite of checkpoint {checkpoint} is missing or empty, so nothing was judged",
            rule="F46",
            place=Place(file=str(path)),
            remedy="restore the suite; a checkpoint without expectations never passes",
            zh=f"检查点 {checkpoint} 的期望套件缺失或为空，视为未通过",
        )
    return tuple(_gate(entry, checkpoint, path) for entry in entries)


def _gate(entry: dict[str, Any], checkpoint: str, path: Path) -> Gate:
    meta = entry.get("meta", {})
    missing = [key for key in META if not meta.get(key)]
    if missing or meta["measure"] not in MEASURES or entry.get("kwargs", {}).get("column") != meta["gate_id"]:
        raise ConfigurationError(
            f"expectation {meta.get('gate_id')} is malformed: missing {missing or 'nothing'}; "
            f"measure is one of {', '.join(MEASURES)} and kwargs.column is the gate id",
            place=Place(file=str(path)),
            remedy="see docs/gates.md, How to add a gate",
            zh="期望条目不完整",
        )
    return Gate(checkpoint=checkpoint, expectation=entry, **{key: meta[key] for key in META})


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)
