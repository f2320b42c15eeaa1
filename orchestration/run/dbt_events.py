"""What dbt tells about its work, reduced to what a run listens to.

dbt writes a message for every statement, connection and cache lookup, each through a protobuf round trip, before it asks
whether anybody reads it. A run reads one kind: that a node has finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

if TYPE_CHECKING:
    from dbt_common.events.base_types import BaseEvent

NODE_FINISHED = "NodeFinished"


class NodeEvents(EventManager):
    """Passes finished nodes and everything above debug level on; the rest is dropped unformatted."""

    def fire_event(
        self, e: BaseEvent, level: EventLevel | None = None, node: Any = None, force_warn_or_error_handling: bool = False
    ) -> None:
        """Called by dbt for each event."""
        is_debug = (level or e.level_tag()) == EventLevel.DEBUG
        if force_warn_or_error_handling or not is_debug or type(e).__name__ == NODE_FINISHED:
            super().fire_event(e, level, node, force_warn_or_error_handling)


@contextmanager
def node_events() -> Iterator[None]:
    """Use the reduced events for the dbt invocations inside."""
    before = get_event_manager()
    ctx_set_event_manager(NodeEvents())
    try:
        yield
    finally:
        ctx_set_event_manager(before)


def on_node_finished(call: Callable[[], None]) -> Callable[[Any], None]:
    """A callback for `dbtRunner`: calls without arguments after each model and test."""

    def callback(event: Any) -> None:
        if event.info.name == NODE_FINISHED:
            call()

    return callback
