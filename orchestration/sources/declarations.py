"""manifest.json and .done of a delivery folder: checked when present, never required."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import jsonschema

from orchestration.sources.issues import bad_file
from orchestration.sources.part import Declaration
from orchestration.sources.safe_files import below

MANIFEST = "manifest.json"
DONE = ".done"
SCHEMA = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
                    "bytes": {"type": "integer", "minimum": 0},
                    "rows": {"type": "integer", "minimum": 0},
                    "encoding": {"enum": ["utf-8", "gb18030"]},
                    "control": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
                    "sequence_no": {"type": "integer", "minimum": 1},
                    "sequence_count": {"type": "integer", "minimum": 1},
                    "kind": {"enum": ["full", "correction"]},
                    "empty_approved_by": {"type": "string", "minLength": 1},
                },
            },
        }
    },
}


def read_declarations(folder: Path, shown: str) -> dict[str, Declaration]:
    """What `folder/manifest.json` says per file name; empty without one.

    Raises:
        BadInput: F05 when it is not valid, F17 for names that lead elsewhere, F21 when an announced file is not there.
    """
    path = below(folder, MANIFEST)
    if not path.exists():
        return {}
    name = f"{shown}/{MANIFEST}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(content, SCHEMA)
    except (ValueError, jsonschema.ValidationError) as error:
        problem = error.message if isinstance(error, jsonschema.ValidationError) else "not JSON"
        raise bad_file("F05", name, f"is not a valid manifest: {problem}", "清单文件格式不正确") from None
    declared = {}
    for file, entry in content["files"].items():
        if Path(file).name != file:
            raise bad_file("F17", name, f"names {file!r}, which is not a plain file name", "清单中的文件名含路径")
        if not below(folder, file).exists():
            raise bad_file(
                "F21",
                name,
                f"announces {file}, which was not delivered",
                f"清单列出的文件 {file} 未送达",
                "Send the missing file.",
            )
        declared[file] = _declaration(entry, name)
    return declared


def _declaration(entry: dict[str, Any], name: str) -> Declaration:
    try:
        control = {column: Decimal(str(total)) for column, total in entry.get("control", {}).items()}
    except InvalidOperation:
        raise bad_file("F05", name, "has a control total that is not a number", "控制总数不是数字") from None
    return Declaration(
        sha256=entry.get("sha256"),
        bytes=entry.get("bytes"),
        rows=entry.get("rows"),
        encoding=entry.get("encoding"),
        control=control,
        sequence_no=entry.get("sequence_no"),
        sequence_count=entry.get("sequence_count"),
        is_correction=entry.get("kind") == "correction",
        empty_approved_by=entry.get("empty_approved_by"),
    )


def check_done(month_folder: Path, shown: str) -> None:
    """F18 when the hospital marks complete folders with .done and this one has no mark yet."""
    if (month_folder / DONE).exists() or not month_folder.exists():
        return
    if any(month_folder.parent.glob(f"[0-9][0-9][0-9][0-9]-[0-9][0-9]/{DONE}")):
        raise bad_file(
            "F18",
            shown,
            "has no .done yet, as complete folders of this hospital do",
            "交付尚未完成（缺少 .done）",
            "Wait for the delivery to finish.",
        )
