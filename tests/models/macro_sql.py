"""Render macros and models of the project without dbt, for tests that run them on DuckDB directly."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from orchestration.home import DBT_PROJECT

MACRO_FOLDERS = ("engine", "money", "grouping")
ENGINE = "duckdb"


@cache
def _macros() -> Any:
    """All macros of the folders as one module; dispatch picks the engine's variant, as dbt does."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in MACRO_FOLDERS
        for path in sorted((DBT_PROJECT / "macros" / folder).glob("*.sql"))
    )
    environment = jinja2.Environment()
    module: Any = None

    class Adapter:
        @staticmethod
        def dispatch(name: str) -> Any:
            return getattr(module, f"{ENGINE}__{name}", None) or getattr(module, f"default__{name}")

    environment.globals.update({"adapter": Adapter, "return": lambda value: value, "source": _source})
    module = environment.from_string(text).module
    return module


def render(macro: str, *arguments: Any, **keywords: Any) -> str:
    """SQL of one macro call."""
    return str(getattr(_macros(), macro)(*arguments, **keywords))


def _source(source: str, name: str) -> str:
    return f"history.{name}" if source == "history" else name


class _Dbt:
    """The macros of dbt itself that models use."""

    @staticmethod
    def dateadd(part: str, count: int, start: str) -> str:
        return f"{start} + interval ({count}) {part}"


def render_model(name: str) -> str:
    """SQL of one model; refs and sources become their bare names, to be found on the search path; history keeps its schema."""
    (path,) = (DBT_PROJECT / "models").rglob(f"{name}.sql")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    macros = {key: value for key, value in vars(_macros()).items() if not key.startswith("_")}
    own = {"ref": lambda name: name, "source": _source, "dbt": _Dbt}
    environment.globals.update(macros | own)
    return environment.from_string(path.read_text(encoding="utf-8")).render()
