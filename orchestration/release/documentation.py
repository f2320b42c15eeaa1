"""The pages a release carries: the dbt docs, and a dictionary with the columns each amount comes from.

Both follow from the project alone, so they are built once per content of the project and linked into every release of it.
"""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from orchestration.home import Home
from orchestration.lineage.declaration import Declaration, load_declarations
from orchestration.release.catalogue import Mart, load_marts
from orchestration.release.files import write_atomically
from orchestration.release.units import unit_of, unit_zh
from orchestration.run.project import kept_manifest, project_hash

DOCS_FOLDER = "docs"
DICTIONARY_PAGE = "dictionary.html"
DBT_PAGE = "dbt.html"
LINEAGE_FILE = "column_lineage.json"
STYLE = """
body { font: 14px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 1200px; margin: 2rem auto; color: #222 }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #eee }
code { font-size: 12px }
nav a { margin-right: 1rem }
"""
HEADINGS = ("列 column", "名称 name", "类型 type", "单位 unit", "说明 description", "来源列 comes from")


def documentation(home: Home) -> list[Path]:
    """Files of the documentation of this project, built when they are not kept yet.

    Args:
        home: the warehouse; it keeps the parsed project and the built pages.

    Returns:
        The files; none where no run has parsed the project, as in a home that only takes over releases.
    """
    manifest = kept_manifest(home)
    if manifest is None:
        return []
    folder = home.cache / DOCS_FOLDER / project_hash()
    pages = [folder / name for name in (DICTIONARY_PAGE, LINEAGE_FILE, DBT_PAGE)]
    if not pages[-1].is_file():
        folder.mkdir(parents=True, exist_ok=True)
        lineage = column_lineage()
        write_atomically(pages[0], dictionary_page(lineage).encode())
        write_atomically(pages[1], json.dumps(lineage, ensure_ascii=False, indent=1).encode())
        write_atomically(pages[2], dbt_page(manifest.read_text(encoding="utf-8")).encode())
    return pages


def column_lineage() -> dict[str, list[dict[str, str]]]:
    """Columns each amount comes from, by `schema.model.column`, as the models declare it and every run checks it.

    A step is the kind of the edge (sum, split, adjust), the relation and the column or expression of its rows.
    """
    declared = load_declarations()
    return {
        f"{declaration.relation}.{measure}": [
            {"kind": edge.kind, "relation": _relation(edge.parent, declared), "column": edge.column or ""}
            for edge in declaration.edges_of(measure)
        ]
        for declaration in declared.values()
        for measure in declaration.measures
    }


def _relation(parent: str, declared: dict[str, Declaration]) -> str:
    return parent if "." in parent or parent not in declared else declared[parent].relation


def dictionary_page(lineage: dict[str, list[dict[str, str]]]) -> str:
    """The data dictionary as one self-contained page."""
    marts = list(load_marts().values())
    links = "".join(f'<a href="#{mart.relation}">{escape(mart.zh)}</a>' for mart in marts)
    body = "".join(_section(mart, lineage) for mart in marts)
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>数据字典 Data dictionary</title><style>{STYLE}</style>'
        f"<h1>数据字典 Data dictionary</h1><nav>{links}</nav>{body}</html>"
    )


def _section(mart: Mart, lineage: dict[str, list[dict[str, str]]]) -> str:
    heads = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    rows = "".join(f"<tr>{_cells(mart, position, lineage)}</tr>" for position in range(len(mart.columns)))
    return (
        f'<h2 id="{mart.relation}">{escape(mart.zh)} <code>{mart.relation}</code></h2><p>{escape(mart.description)}</p>'
        f"<p>主键 key: <code>{', '.join(mart.key)}</code></p><table><tr>{heads}</tr>{rows}</table>"
    )


def _cells(mart: Mart, position: int, lineage: dict[str, list[dict[str, str]]]) -> str:
    column = mart.columns[position]
    steps = lineage.get(f"{mart.relation}.{column.name}", [])
    sources = sorted({f"{step['relation']} {step['column']}" for step in steps})
    unit = unit_of(column)
    cells = (
        f"<code>{column.name}</code>",
        escape(column.zh),
        f"<code>{column.data_type}</code>",
        f"{unit_zh(column)} {unit}" if unit and unit != "none" else "",
        escape(column.description),
        "<br>".join(f"<code>{escape(source)}</code>" for source in sources),
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def dbt_page(manifest: str) -> str:
    """The page of `dbt docs generate --static`, with a catalogue from the contracts, which the engine enforces."""
    page = files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    catalogue = json.dumps({"metadata": {}, "nodes": _catalogue_nodes(), "sources": {}, "errors": None}, ensure_ascii=False)
    page = page.replace('"MANIFEST.JSON INLINE DATA"', manifest)
    return page.replace('"CATALOG.JSON INLINE DATA"', catalogue)


def _catalogue_nodes() -> dict[str, Any]:
    no_statistics = {"has_stats": {"id": "has_stats", "label": "Has Stats?", "value": False, "include": False, "description": ""}}
    return {
        f"model.casemix.{mart.name}": {
            "unique_id": f"model.casemix.{mart.name}",
            "metadata": {
                "type": "BASE TABLE",
                "schema": mart.schema,
                "name": mart.name,
                "database": "warehouse",
                "comment": mart.zh,
                "owner": None,
            },
            "columns": {
                column.name: {"type": column.data_type, "index": number, "name": column.name, "comment": column.zh}
                for number, column in enumerate(mart.columns, start=1)
            },
            "stats": no_statistics,
        }
        for mart in load_marts().values()
    }
