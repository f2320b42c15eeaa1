"""Evidence of an indicator as rows of a file, as one object and as a self-contained page."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import jinja2

from orchestration.lineage.evidence import SIDES, CountedRow, Evidence
from orchestration.lineage.formats import origin, plain
from orchestration.release.catalogue import load_marts

TEMPLATE = Path(__file__).with_name("evidence.html")
ROW_COLUMNS = (
    "month",
    "table",
    "table_zh",
    "source_file",
    "file_row",
    "batch_id",
    "key",
    "numerator",
    "denominator",
    "facts",
    "source_sha256",
    "landed_sha256",
)


def evidence_row(row: CountedRow) -> dict[str, Any]:
    """One counted row with its whole address."""
    return {
        "month": f"{row.month:%Y-%m}",
        "table": row.relation,
        "table_zh": row.relation_zh,
        "source_file": row.source.source_name if row.source else None,
        "file_row": row.file_row,
        "batch_id": row.source.batch_id if row.source else None,
        "key": row.key,
        "numerator": plain(row.numerator),
        "denominator": plain(row.denominator),
        "facts": row.facts,
        "source_sha256": row.source.source_sha256 if row.source else None,
        "landed_sha256": row.source.landed_sha256 if row.source else None,
    }


def evidence_summary(evidence: Evidence) -> dict[str, Any]:
    """What the evidence is for, the definitions cited, and how published and counted compare."""
    return origin(evidence.opened, evidence.month, evidence.declaration) | {
        "subject": evidence.key,
        "published": {name: _text(value) for name, value in evidence.row.items() if name not in ("hospital_id", "month")},
        "definitions": [
            {
                "source_file": found.source.source_name,
                "file_row": found.row,
                "landed_sha256": found.source.landed_sha256,
                "values": {name: _text(value) for name, value in found.values.items()},
            }
            for found in evidence.definitions
        ],
        "counted": {side: plain(total) for side, total in evidence.sums.items()},
        "difference": {side: plain(gap) for side, gap in evidence.differences.items()},
        "compared": [
            {
                "month": f"{one.month:%Y-%m}",
                "subject": one.key,
                "published": {name: _text(one.row[name]) for name in (*SIDES, "value")},
                "counted": {side: plain(total) for side, total in one.sums.items()},
                "difference": {side: plain(gap) for side, gap in one.differences.items()},
                "is_closed": not any(one.differences.values()),
                "rows": len(one.rows),
            }
            for one in evidence.compared
        ],
        "rows": len(evidence.rows),
    }


def write_evidence_json(evidence: Evidence, most: int | None, file: TextIO) -> int:
    """The summary and the rows as one object; returns the number of rows."""
    rows = [evidence_row(row) for row in evidence.rows[:most]]
    json.dump(evidence_summary(evidence) | {"evidence": rows}, file, ensure_ascii=False, indent=1)
    file.write("\n")
    return len(rows)


def evidence_page(evidence: Evidence, most: int) -> str:
    """The page: no script, no network; where not all rows are on it, it says how many more there are."""
    return _template().render(
        head=evidence_summary(evidence),
        labels=published_labels(evidence),
        rows=[evidence_row(row) for row in evidence.rows[:most]],
        rest=max(len(evidence.rows) - most, 0),
        is_closed=not any(gap for one in (evidence, *evidence.compared) for gap in one.differences.values()),
        has_difference=bool(evidence.differences),
    )


def published_labels(evidence: Evidence) -> dict[str, str]:
    """Chinese names of the columns of the mart."""
    return {column.name: column.zh for column in load_marts()[evidence.declaration.relation].columns}


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def _text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return plain(value)
    return None if value is None else str(value)
