"""Render the grouping macros of the dbt project without dbt: the models and the `group` command share one SQL text."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from orchestration.home import DBT_PROJECT

ENGINE = "duckdb"
FILES = ("engine/bit_sets.sql", "grouping/drg_signatures.sql", "grouping/drg_open_paths.sql", "grouping/assign_drg.sql")


@cache
def _macros() -> Any:
    text = "\n".join((DBT_PROJECT / "macros" / name).read_text(encoding="utf-8") for name in FILES)
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined)  # noqa: S701 - renders SQL
    module: Any = None

    class Adapter:
        @staticmethod
        def dispatch(name: str) -> Any:
            return getattr(module, f"{ENGINE}__{name}")

    environment.globals.update({"adapter": Adapter, "return": lambda value: value})
    module = environment.from_string(text).module
    return module


def render(macro: str, *arguments: Any) -> str:
    """SQL of one macro call."""
    return str(getattr(_macros(), macro)(*arguments))
