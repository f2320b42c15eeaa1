"""The pages a release carries: the dbt docs, a dictionary, and for every column of a mart the columns it comes from.

All follow from the project alone, so they are built once per content of the project and linked into every release of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from orchestration.home import Home
from orchestration.lineage.declaration import Declaration, Edge, load_declarations
from orchestration.release.catalogue import Mart, load_marts
from orchestration.release.files import write_atomically
from orchestration.release.units import unit_of, unit_zh
from orchestration.run.project import COLUMNS_FORM, kept_manifest, project_hash

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
td:nth-child(2) { white-space: nowrap }
nav a { margin-right: 1rem }
"""
Lineage = dict[str, dict[str, Any]]
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
        lineage = json.loads(_kept_lineage(manifest).read_bytes())
        write_atomically(pages[0], dictionary_page(lineage).encode())
        write_atomically(pages[1], json.dumps(lineage, ensure_ascii=False, indent=1).encode())
        write_atomically(pages[2], dbt_page(json.loads(manifest.read_bytes()), lineage).encode())
    return pages


def _kept_lineage(manifest: Path) -> Path:
    """The lineage beside the manifest it was read from, which homes may share: parsing all SQL costs more than a second."""
    kept = manifest.with_suffix(COLUMNS_FORM)
    if not kept.is_file():
        write_atomically(kept, json.dumps(column_lineage(json.loads(manifest.read_bytes())), ensure_ascii=False).encode())
    return kept


def column_lineage(manifest: Mapping[str, Any]) -> Lineage:
    """Where each column of a mart comes from, by `schema.model.column`.

    `from` are the columns its SQL computes it from, one step back, `sources` the columns of landed tables, of the policy and of
    earlier months in the end; both empty for a constant. `amount` are the steps of its yuan as the model declares them and every
    run checks them: kind of the edge (sum, split, adjust), relation and column or expression of its rows. The models between
    marts and sources are there with `from` alone.
    """
    from orchestration.lineage.columns import Project

    project = Project(manifest)
    declared = load_declarations()
    lineage: Lineage = {}
    for mart in load_marts().values():
        if mart.relation in project.models:
            for name, origins in project.columns(mart.relation).named:
                own = {"from": _texts(origins), "sources": _texts(project.sources(mart.relation, name))}
                lineage[f"{mart.relation}.{name}"] = own
    for relation in project.read:
        for name, origins in project.columns(relation).named:
            lineage.setdefault(f"{relation}.{name}", {"from": _texts(origins)})
    for declaration in declared.values():
        for measure in declaration.measures:
            steps = [_declared_step(edge, declared) for edge in declaration.edges_of(measure)]
            lineage.setdefault(f"{declaration.relation}.{measure}", {})["amount"] = steps
    return lineage


def _texts(origins: Iterable[object]) -> list[str]:
    return sorted(str(origin) for origin in origins)


def _declared_step(edge: Edge, declared: Mapping[str, Declaration]) -> dict[str, str]:
    return {"kind": edge.kind, "relation": _relation(edge.parent, declared), "column": edge.column or ""}


def _relation(parent: str, declared: Mapping[str, Declaration]) -> str:
    return parent if "." in parent or parent not in declared else declared[parent].relation


def dictionary_page(lineage: Lineage) -> str:
    """The data dictionary as one self-contained page."""
    marts = list(load_marts().values())
    links = "".join(f'<a href="#{mart.relation}">{escape(mart.zh)}</a>' for mart in marts)
    body = "".join(_section(mart, lineage) for mart in marts)
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>数据字典 Data dictionary</title><style>{STYLE}</style>'
        f"<h1>数据字典 Data dictionary</h1><nav>{links}</nav>{body}</html>"
    )


def _section(mart: Mart, lineage: Lineage) -> str:
    heads = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    rows = "".join(f"<tr>{_cells(mart, position, lineage)}</tr>" for position in range(len(mart.columns)))
    return (
        f'<h2 id="{mart.relation}">{escape(mart.zh)} <code>{mart.relation}</code></h2><p>{escape(mart.description)}</p>'
        f"<p>主键 key: <code>{', '.join(mart.key)}</code></p><table><tr>{heads}</tr>{rows}</table>"
    )


def _cells(mart: Mart, position: int, lineage: Lineage) -> str:
    column = mart.columns[position]
    found = lineage.get(f"{mart.relation}.{column.name}", {})
    unit = unit_of(column)
    cells = (
        f"<code>{column.name}</code>",
        escape(column.zh),
        f"<code>{column.data_type}</code>",
        f"{unit_zh(column)} {unit}" if unit and unit != "none" else "",
        escape(column.description),
        "<br>".join(f"<code>{escape(source)}</code>" for source in nearest(found)) + _in_the_end(found.get("sources", [])),
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def nearest(found: Mapping[str, Any]) -> list[str]:
    """The columns a column comes from, one step back: those of its yuan where it is an amount."""
    declared = sorted({f"{step['relation']}.{step['column']}" for step in found.get("amount", [])})
    return declared or found.get("from", [])


def _in_the_end(sources: Sequence[str]) -> str:
    """Columns of sources, folded, by table."""
    if not sources:
        return ""
    split = [source.rsplit(".", 1) for source in sources]
    tables = ((table, ", ".join(column for _, column in columns)) for table, columns in groupby(split, key=lambda pair: pair[0]))
    lines = "<br>".join(f"<code>{table}</code> {columns}" for table, columns in tables)
    return f"<details><summary>{len(sources)} 源列 source columns</summary>{lines}</details>"


def dbt_page(manifest: dict[str, Any], lineage: Lineage) -> str:
    """The page of `dbt docs generate --static`: columns say what they come from, the catalogue is that of the contracts."""
    page = files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    for mart in load_marts().values():
        columns = manifest["nodes"].get(f"model.casemix.{mart.name}", {}).get("columns", {})
        for name, column in columns.items():
            steps = ", ".join(f"`{step}`" for step in nearest(lineage.get(f"{mart.relation}.{name}", {})))
            column["description"] += f" ← {steps}" if steps else ""
    catalogue = {"metadata": {}, "nodes": _catalogue_nodes(), "sources": {}, "errors": None}
    page = page.replace('"MANIFEST.JSON INLINE DATA"', json.dumps(manifest, ensure_ascii=False))
    return page.replace('"CATALOG.JSON INLINE DATA"', json.dumps(catalogue, ensure_ascii=False))


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
