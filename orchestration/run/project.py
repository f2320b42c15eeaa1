"""The compiled dbt project: compiled once per content of the project, kept under the home, injected into every invocation.

Parsing costs several seconds and compiling as much again, reading the kept manifest a fraction of one. No model depends on
the month or on rows when it is compiled, so its SQL is a fact of the project. The key of the cache is the content of the
project's files, the versions that parse them and the code here, so a changed model never meets an old manifest.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orchestration.errors import ConfigurationError
from orchestration.home import DBT_PROJECT, Home
from orchestration.release.files import write_atomically
from orchestration.run import macros
from orchestration.run.build import WAREHOUSE_FILE
from orchestration.run.dbt_surroundings import dbt_surroundings
from orchestration.run.lock import compile_lock

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

FOLDERS = ("models", "macros", "tests")
FILES = ("dbt_project.yml", "profiles.yml")
PARSERS = ("dbt-core", "dbt-duckdb", "dbt-adapters")
DERIVED = ("lineage/columns.py", "release/documentation.py")
KEEPERS = (Path(__file__), Path(macros.__file__), *(Path(__file__).parents[1] / name for name in DERIVED))
KEPT_MANIFESTS = 3
COLUMNS_FORM = ".columns.json"
TEMPLATE_MARKS = re.compile(r"\{\{|\{%|\{#")


@cache
def project_hash(project: Path = DBT_PROJECT) -> str:
    """SHA-256 over names and contents of the project's files, the versions of its parser and the code that keeps its result."""
    digest = hashlib.sha256()
    for package in PARSERS:
        digest.update(f"{package}=={version(package)}\n".encode())
    for keeper in KEEPERS:
        digest.update(keeper.read_bytes())
    paths = [project / name for name in FILES] + [p for f in FOLDERS for p in (project / f).rglob("*") if p.is_file()]
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def load_manifest(home: Home, project: Path = DBT_PROJECT) -> Manifest:
    """The manifest of the project as dbt takes it.

    Raises:
        ConfigurationError: dbt cannot parse the project.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    return Manifest.from_msgpack(_kept(home, project, "msgpack").read_bytes(), decoder=extended_mashumuro_decoder)


def load_manifest_json(home: Home, project: Path = DBT_PROJECT) -> dict[str, Any]:
    """The manifest of the project as the plain object dbt writes, for those who only read it.

    Raises:
        ConfigurationError: dbt cannot parse the project.
    """
    content: dict[str, Any] = json.loads(_kept(home, project, "json").read_bytes())
    return content


def kept_manifest(home: Home, project: Path = DBT_PROJECT) -> Path | None:
    """File of the manifest as dbt writes it, where the home has parsed the present project."""
    kept = home.compiled / f"{project_hash(project)}.json"
    return kept if kept.is_file() else None


def _kept(home: Home, project: Path, form: str) -> Path:
    """The kept manifest in one of its two forms; the project is parsed and compiled when it is not there."""
    kept = home.compiled / f"{project_hash(project)}.{form}"
    if not kept.is_file():
        with compile_lock(home):
            if not kept.is_file():
                _keep(home, project, kept)
    return kept


def _keep(home: Home, project: Path, kept: Path) -> None:
    from dbt.parser.manifest import extended_mashumaro_encoder

    manifest = _parse(home, project)
    manifest.unit_tests.clear()  # for developers; a month never runs them, and their rows are most of the file
    _compile(manifest, home, project)
    macros.keep_used_macros(manifest)
    plain = manifest.writable_manifest().to_dict(omit_none=False)
    write_atomically(kept.with_suffix(".json"), json.dumps(plain, default=str).encode())
    _take_compiled_code(manifest)
    write_atomically(kept.with_suffix(".msgpack"), manifest.to_msgpack(extended_mashumaro_encoder))
    _forget_old(home.compiled)


def _parse(home: Home, project: Path) -> Manifest:
    return cast("Manifest", _invoke("parse", home, project).result)


def _compile(manifest: Manifest, home: Home, project: Path) -> None:
    """Fill in the SQL of every model and test."""
    _invoke("compile", home, project, manifest)
    uncompiled = sorted(node.unique_id for node in manifest.nodes.values() if not getattr(node, "compiled_code", None))
    if uncompiled:
        raise ConfigurationError(f"dbt compiled no SQL for {', '.join(uncompiled)}", zh="dbt 未编译全部模型")


def _take_compiled_code(manifest: Manifest) -> None:
    """Let dbt find finished SQL where it expects a template: rendering it again is a sixth of what dbt costs a month."""
    for node in manifest.nodes.values():
        compiled = node.compiled_code  # type: ignore[union-attr]
        if compiled and not TEMPLATE_MARKS.search(compiled):
            node.raw_code = compiled
        node.compiled, node.compiled_code = False, None  # type: ignore[union-attr]


def _invoke(command: str, home: Home, project: Path, manifest: Manifest | None = None) -> dbtRunnerResult:
    from dbt.cli.main import dbtRunner

    scratch = home.compiled / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    arguments = [command, "--quiet", "--no-partial-parse", "--log-level-file", "none", "--no-write-json"]
    for option, folder in (("project-dir", project), ("profiles-dir", project), ("target-path", scratch), ("log-path", scratch)):
        arguments += [f"--{option}", str(folder)]
    with dbt_surroundings(scratch / WAREHOUSE_FILE, threads=1):
        result = dbtRunner(manifest=manifest).invoke(arguments)
    if not result.success:
        raise ConfigurationError(
            f"the dbt project cannot be {command}d: {result.exception}",
            remedy=f"correct the file named under {project}",
            zh="dbt 项目无法解析",
        )
    return result


def _forget_old(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.msgpack"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in newest_first[KEPT_MANIFESTS:]:
        path.unlink(missing_ok=True)
        for form in (".json", COLUMNS_FORM):
            path.with_suffix(form).unlink(missing_ok=True)
