"""Every page and dashboard is an exposure that names its file and the marts it reads, and no exposure is of something gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.home import DBT_PROJECT, PROJECT_ROOT
from orchestration.release.catalogue import load_marts
from orchestration.serving.superset.definition import load_dashboards

COCKPIT = PROJECT_ROOT / "cockpit"
PAGES = [*sorted(path for path in (COCKPIT / "views").glob("*.py") if path.stem != "__init__"), COCKPIT / "report.py"]
RELATION = re.compile(r"\b\w+\.((?:fct|dim|rpt)_\w+)")
MARTS = {mart.name for mart in load_marts().values()}
WRITTEN = {"fct_gate_result"}
DECLARED: dict[str, dict[str, Any]] = {
    entry["name"]: entry
    for entry in yaml.safe_load((DBT_PROJECT / "models" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
}


def exposed(name: str) -> set[str]:
    """Marts an exposure depends on."""
    return {re.findall(r"'(\w+)'", parent)[-1] for parent in DECLARED[name]["depends_on"]}


def read_by(page: Path) -> set[str]:
    """Marts named by a page or by the modules of queries it imports."""
    text = page.read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and node.module]
    modules = {alias.name for node in imports if node.module == "cockpit.queries" for alias in node.names}
    modules |= {node.module.split(".")[-1] for node in imports if str(node.module).startswith("cockpit.queries.")}
    texts = [text, *((COCKPIT / "queries" / f"{module}.py").read_text(encoding="utf-8") for module in modules)]
    return {name for part in texts for name in RELATION.findall(part) if name in MARTS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_is_exposed_with_every_mart_it_reads(page: Path) -> None:
    assert read_by(page) - exposed(f"cockpit_{page.stem}") == set()
    assert DECLARED[f"cockpit_{page.stem}"]["config"]["meta"]["file"] == str(page.relative_to(PROJECT_ROOT))


@pytest.mark.parametrize("dashboard", load_dashboards(), ids=lambda dashboard: dashboard.slug)
def test_dashboard_is_exposed_with_the_marts_of_its_charts(dashboard: Any) -> None:
    assert exposed(dashboard.slug.replace("casemix-", "superset_")) == {chart.dataset.name for chart in dashboard.charts}


@pytest.mark.parametrize("name", DECLARED)
def test_exposure_is_of_something_that_exists(name: str) -> None:
    entry = DECLARED[name]
    assert (PROJECT_ROOT / entry["config"]["meta"]["file"]).is_file()
    assert exposed(name) and exposed(name) <= MARTS
    assert all(("source" if mart in WRITTEN else "ref") in " ".join(entry["depends_on"]) for mart in exposed(name))
    kind, _, page = name.partition("_")
    pages = {"cockpit": {path.stem for path in PAGES}, "superset": {d.slug.removeprefix("casemix-") for d in load_dashboards()}}
    assert page in pages[kind]
