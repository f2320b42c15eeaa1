"""The order of a month: phases of models, each followed by the checkpoint that must be passed to go on."""

from __future__ import annotations

from dataclasses import dataclass

EXCLUDED_ALWAYS = ("resource_type:unit_test", "resource_type:exposure", "tag:development")


@dataclass(frozen=True)
class Phase:
    """Models built together; `checkpoint` is judged on them before the next phase. Selections are dbt's."""

    checkpoint: str
    select: tuple[str, ...]
    exclude: tuple[str, ...]
    title_zh: str
    title_en: str


RECEIVED_MODELS = ("+fqn:casemix.gates.received",)
CONFORMED_MODELS = ("fqn:casemix.staging", "fqn:casemix.conformed", "+fqn:casemix.gates.conformed")

PHASES = (
    Phase("received", RECEIVED_MODELS, EXCLUDED_ALWAYS, "核对接收", "receive"),
    Phase("conformed", CONFORMED_MODELS, (*RECEIVED_MODELS, *EXCLUDED_ALWAYS), "规范化", "conform"),
    Phase("closed", ("fqn:*",), (*RECEIVED_MODELS, *CONFORMED_MODELS, *EXCLUDED_ALWAYS), "核算", "calculate"),
)


def phase_of(checkpoint: str) -> Phase:
    """The phase that ends with the checkpoint; KeyError when there is none."""
    for phase in PHASES:
        if phase.checkpoint == checkpoint:
            return phase
    raise KeyError(checkpoint)
