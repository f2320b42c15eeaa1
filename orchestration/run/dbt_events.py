"""What dbt tells about its work, reduced to what a run listens to.

dbt composes a message for every statement, connection and cache lookup, each through a protobuf round trip, before it asks
whether anybody reads it: a tenth of what a month costs it. A run reads one kind, that a node has finished; of the others of
debug level not even the text is composed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

NODE_FINISHED = "NodeFinished"


class NodeEvents(EventManager):
    """Passes finished nodes and everything above debug level on; the rest is dropped."""

    def fire_event(
        self, e: BaseEvent, level: EventLevel | None = None, node: Any = None, force_warn_or_error_handling: bool = False
    ) -> None:
        """Called by dbt for each event."""
        if "pb_msg" not in vars(e):  # not composed
            return
        is_debug = (level or e.level_tag()) == EventLevel.DEBUG
        if force_warn_or_error_handling or not is_debug or type(e).__name__ == NODE_FINISHED:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def _compose_if_read(event: DebugLevel, *args: Any, **kwargs: Any) -> None:
    if type(event).__name__ == NODE_FINISHED:
        BaseEvent.__init__(event, *args, **kwargs)


@contextmanager
def node_events() -> Iterator[None]:
    """Use the reduced events for the dbt invocations inside."""
    before = get_event_manager()
    ctx_set_event_manager(NodeEvents())
    DebugLevel.__init__ = _compose_if_read  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        del DebugLevel.__init__
        ctx_set_event_manager(before)


def on_node_finished(call: Callable[[], None]) -> Callable[[Any], None]:
    """A callback for `dbtRunner`: calls without arguments after each model and test."""

    def callback(event: Any) -> None:
        if event.info.name == NODE_FINISHED:
            call()

    return callback
