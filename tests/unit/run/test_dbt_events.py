"""Of dbt's messages a run composes and hears the ones it reads, and warnings."""

from __future__ import annotations

from typing import Any

import pytest
from dbt.adapters.events.types import NewConnection
from dbt.events.types import NodeFinished
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note

from orchestration.run.dbt_events import node_events


@pytest.fixture
def heard() -> list[str]:
    return []


def listen(heard: list[str]) -> None:
    def callback(event: Any) -> None:
        heard.append(event.info.name)

    get_event_manager().add_callback(callback)


def test_only_finished_nodes_and_louder_messages_are_heard(heard: list[str]) -> None:
    with node_events():
        listen(heard)
        fire_event(NewConnection(conn_name="one", conn_type="duckdb"))
        fire_event(NodeFinished())
        fire_event(Note(msg="look"))
    assert heard == ["NodeFinished", "Note"]


def test_nothing_is_composed_for_what_nobody_reads() -> None:
    with node_events():
        assert "pb_msg" not in vars(NewConnection(conn_name="one", conn_type="duckdb"))
        assert "pb_msg" in vars(NodeFinished())
    assert NewConnection(conn_name="one", conn_type="duckdb").conn_name == "one"
