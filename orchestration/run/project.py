"""The parsed dbt project: parsed once per content of the project, kept under the home, injected into every invocation.

Parsing costs several seconds, reading the kept manifest a fraction of one. The key of the cache is the content of the
project's files and the versions that parse them, so a changed model never meets an old manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import ConfigurationError
from orchestration.home import DBT_PROJECT, Home
from orchestration.release.files import write_atomically
from orchestration.run.macros import keep_used_macros

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

FOLDERS = ("models", "macros", "tests")
FILES = ("dbt_project.yml", "profiles.yml")
PARSERS = ("dbt-core", "dbt-duckdb", "dbt-adapters")
KEPT_MANIFESTS = 3


@cache
def project_hash(project: Path = DBT_PROJECT) -> str:
    """SHA-256 over names and contents of the project's files and the versions of its parser."""
    digest = hashlib.sha256()
    for package in PARSERS:
        digest.update(f"{package}=={version(package)}\n".encode())
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
    kept = home.cache / "dbt" / f"{project_hash(project)}.json"
    return kept if kept.is_file() else None


def _kept(home: Home, project: Path, form: str) -> Path:
    """The kept manifest in one of its two forms; the project is parsed when it is not there."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    kept = home.cache / "dbt" / f"{project_hash(project)}.{form}"
    if not kept.is_file():
        manifest = _parse(home, project)
        manifest.unit_tests.clear()  # for developers; a month never runs them, and their rows are most of the file
        keep_used_macros(manifest)
        plain = manifest.writable_manifest().to_dict(omit_none=False)
        write_atomically(kept.with_suffix(".json"), json.dumps(plain, default=str).encode())
        write_atomically(kept.with_suffix(".msgpack"), manifest.to_msgpack(extended_mashumaro_encoder))
        _forget_old(kept.parent)
    return kept


def _parse(home: Home, project: Path) -> Manifest:
    from dbt.cli.main import dbtRunner

    scratch = home.cache / "dbt" / "parse"
    scratch.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("CASEMIX_WAREHOUSE", "warehouse.duckdb")
    places = [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(scratch),
        "--log-path",
        str(scratch),
    ]
    result = dbtRunner().invoke(["parse", "--quiet", "--no-partial-parse", "--log-level-file", "none", *places])
    if not result.success:
        raise ConfigurationError(
            f"the dbt project cannot be parsed: {result.exception}",
            remedy=f"correct the file named under {project}",
            zh="dbt 项目无法解析",
        )
    return result.result  # type: ignore[return-value]


def _forget_old(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.msgpack"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in newest_first[KEPT_MANIFESTS:]:
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)
