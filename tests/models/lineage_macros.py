"""The lineage macros of the project without dbt, over declarations a test makes up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jinja2

from orchestration.home import DBT_PROJECT

MACRO = re.compile(r"\{%-? macro (\w+)\(.*?\{%-? endmacro -?%\}", re.DOTALL)
SCHEMA = "toy"


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


def _return(value: Any) -> None:
    raise _Returned(value)


def lineage_macro(name: str, declarations: Mapping[str, Mapping[str, Any]]) -> Callable[..., str]:
    """A macro of the folder `lineage`; every model of `declarations` lies in the schema `toy`.

    Each macro is a template of its own, because a macro of dbt may return what is no text.
    """
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    nodes = {f"model.toy.{model}": {"schema": SCHEMA, "config": {"meta": {"lineage": d}}} for model, d in declarations.items()}
    known = {"graph": {"nodes": nodes}, "project_name": "toy", "execute": True, "return": _return}
    environment.globals.update(known | {"parameter": lambda code: f"'{code}'", "source": lambda *_: "scope", "dbt": _Dbt})
    for path in sorted((DBT_PROJECT / "macros" / "lineage").glob("*.sql")):
        for found in MACRO.finditer(path.read_text(encoding="utf-8")):
            environment.globals[found[1]] = _callable(environment, found[1], found[0])
    return environment.globals[name]  # type: ignore[return-value]


def _callable(environment: jinja2.Environment, name: str, text: str) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return str(getattr(environment.from_string(text).module, name)(*arguments, **keywords))
        except _Returned as returned:
            return returned.value

    return call


class _Dbt:
    @staticmethod
    def dateadd(part: str, count: int, start: str) -> str:
        return f"{start} + interval ({count}) {part}"
