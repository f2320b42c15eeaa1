"""The audit pack: one ZIP with a trace, or the evidence of an indicator, and everything to check it without the warehouse.

It holds what is explained as page, JSON and CSV, the records of the chain up to the release, the landing manifests of the months
the trace touches, the public result of `casemix verify`, and the SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.errors import BadInput, CasemixError, Place
from orchestration.home import Home
from orchestration.landing.month import MANIFEST
from orchestration.lineage import evidence_formats, formats
from orchestration.lineage.evidence import Evidence
from orchestration.lineage.page import trace_page
from orchestration.lineage.trace import Trace
from orchestration.release.record import RECORD_FILE, canonical_json, read_records, record_sha256
from orchestration.release.signature import is_signed
from orchestration.release.verify import verify_home

CONTENTS = "contents.json"
TRACE = "trace.json"
EVIDENCE = "evidence.json"
MOST_ON_PAGE = 2_000
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def write_pack(explained: Trace | Evidence, path: Path) -> int:
    """Write the pack; returns how many source rows it holds. The same trace of the same release gives the same bytes."""
    hashes: dict[str, str] = {}
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, rows in _contents(explained):
            count += rows
            hashes[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(CONTENTS, FIXED_TIME), json.dumps(hashes, indent=1), zipfile.ZIP_DEFLATED)
    return count


def verify_pack(path: Path) -> dict[str, Any]:
    """Check a pack with nothing but itself: contents, chain and signatures, files of the rows, and that they add up.

    Returns:
        The summary of the trace or of the evidence.

    Raises:
        BadInput: F42, the first thing that does not hold, named.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
            hashes = json.loads(files.pop(CONTENTS))
            _require(path, hashes == {n: hashlib.sha256(c).hexdigest() for n, c in files.items()}, "its files", "文件")
            records = [json.loads(files[name]) for name in sorted(files) if name.endswith(RECORD_FILE)]
            head = json.loads(files[TRACE if TRACE in files else EVIDENCE])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise _broken(path, f"it cannot be read: {error}", "无法读取") from error
    _verify_chain(path, records)
    _require(path, head["record_sha256"] == records[-1]["record_sha256"], "the release of the trace", "发布版本")
    if "leaves" in head:
        _verify_addresses(path, head["leaves"], records, files)
        _verify_sums(path, head)
    else:
        _verify_addresses(path, [*head["definitions"], *head["evidence"]], records, files)
        _verify_counts(path, head)
    return {key: value for key, value in head.items() if key not in ("lines", "leaves", "evidence")}


def _contents(explained: Trace | Evidence) -> Iterator[tuple[str, bytes, int]]:
    """Name and bytes of every file, and how many source rows it is the first to hold."""
    yield from _traced(explained) if isinstance(explained, Trace) else _counted(explained)
    opened = explained.opened
    for record in read_records(opened.home):
        if record.sequence <= opened.record.sequence:
            name = f"records/{record.release_id}/{RECORD_FILE}"
            yield name, (opened.home.published / record.release_id / RECORD_FILE).read_bytes(), 0
    for month in explained.months:
        folder = opened.home.landing / opened.hospital_id / f"{month:%Y-%m}"
        for manifest in sorted(folder.glob(f"b[0-9]*/{MANIFEST}")):
            yield f"landing/{month:%Y-%m}/{manifest.parent.name}/{MANIFEST}", manifest.read_bytes(), 0
    yield "verification.json", json.dumps(_verification(opened.home), ensure_ascii=False, indent=1).encode(), 0


def _traced(trace: Trace) -> Iterator[tuple[str, bytes, int]]:
    yield "trace.html", trace_page(trace, trace.leaves(MOST_ON_PAGE)).encode(), 0
    text = io.StringIO()
    rows = formats.write_json(trace, trace.leaves(), text)
    yield TRACE, text.getvalue().encode(), rows
    text = io.StringIO()
    formats.write_leaves(trace, text)
    yield "leaves.csv", text.getvalue().encode(), 0


def _counted(evidence: Evidence) -> Iterator[tuple[str, bytes, int]]:
    yield "evidence.html", evidence_formats.evidence_page(evidence, MOST_ON_PAGE).encode(), 0
    text = io.StringIO()
    rows = evidence_formats.write_evidence_json(evidence, None, text)
    yield EVIDENCE, text.getvalue().encode(), rows
    text = io.StringIO()
    formats.write_csv(map(evidence_formats.evidence_row, evidence.rows), evidence_formats.ROW_COLUMNS, text)
    yield "rows.csv", text.getvalue().encode(), 0


def _verification(home: Home) -> dict[str, Any]:
    try:
        head = verify_home(home)
    except CasemixError as error:
        return {"is_intact": False, "message": error.message, "place": str(error.place)}
    return {"is_intact": True, "head": head.release_id, "head_sha256": head.sha256}


def _verify_chain(path: Path, records: list[dict[str, Any]]) -> None:
    records.sort(key=lambda record: record["sequence"])
    previous: dict[str, Any] | None = None
    for record in records:
        name = f"record {record['release_id']}"
        _require(path, record["record_sha256"] == record_sha256(record), name, f"发布记录 {record['release_id']}")
        expected = previous["record_sha256"] if previous else None
        _require(path, record["previous_record_sha256"] == expected, f"the link of {name}", "发布链")
        is_valid = is_signed(canonical_json(record), record["signature"], record["public_key"])
        _require(path, is_valid, f"the signature of {name}", "签名")
        previous = record


def _verify_addresses(path: Path, rows: list[dict[str, Any]], records: list[dict[str, Any]], files: dict[str, bytes]) -> None:
    """Every row stands in a landed file some record accepted and a manifest describes, or in a policy table a record names."""
    runs = [run for record in records for run in record["runs"]]
    accepted = {batch["landed_sha256"] for run in runs for batch in run["batches"]}
    policies = {sha256 for run in runs for sha256 in run["policy"]["tables"].values()}
    manifests = (json.loads(content) for name, content in files.items() if name.endswith(MANIFEST))
    described = {file["sha256"] for manifest in manifests for table in manifest["tables"].values() for file in table["files"]}
    known = (accepted & described) | policies
    for row in rows:
        name = row.get("key") or f"{row['source_file']} {row['file_row']}"
        _require(path, row["landed_sha256"] is None or row["landed_sha256"] in known, f"the address of {name}", "来源地址")


def _verify_sums(path: Path, trace: dict[str, Any]) -> None:
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for leaf in trace["leaves"]:
        sums[leaf["line"]] += Decimal(leaf["contribution_yuan"])
    for line in trace["lines"]:
        _require(path, sums[line["line"]] == Decimal(line["amount_yuan"]), f"the sum of line {line['component']}", "合计")
    total = sum((Decimal(line["amount_yuan"]) for line in trace["lines"]), Decimal(0))
    _require(path, trace["component"] is not None or total == Decimal(trace["total_yuan"]), "the sum of the lines", "合计")


def _verify_counts(path: Path, head: dict[str, Any]) -> None:
    """What the rows put into each side is what is said to be counted, and leaves nothing of the published value open; of a
    growth in both months."""
    for one in head["compared"] or [head]:
        rows = [row for row in head["evidence"] if row["month"] == one["month"]]
        for side, total in one["counted"].items():
            counted = sum((Decimal(row[side]) for row in rows if row[side] is not None), Decimal(0))
            _require(path, total is None or counted == Decimal(total), f"the sum of the {side}", "合计")
    for one in (head, *head["compared"]):
        for side, gap in one["difference"].items():
            _require(path, Decimal(gap) == 0, f"the published {side}", "发布值")


def _require(path: Path, holds: bool, what: str, zh: str) -> None:
    if not holds:
        raise _broken(path, f"{what} does not hold", f"{zh}不符")


def _broken(path: Path, why: str, zh: str) -> BadInput:
    return BadInput(
        f"audit pack: {why}",
        rule="F42",
        place=Place(file=str(path)),
        remedy="ask for the pack again from the release",
        zh=f"审计包{zh}",
    )
