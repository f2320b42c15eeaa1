"""F19–F27: deliveries that repeat, miss or contradict something."""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestration.sample.faults.editor import DeliveryEditor, plus

OVERLAP = 200
SHIFT = timedelta(hours=8)
CLOCK = "%Y-%m-%d %H:%M:%S"


def same_file_twice(editor: DeliveryEditor) -> None:
    """his_charge.02.csv is a copy of his_charge.csv."""
    second = editor.folder / "his_charge.02.csv"
    editor.write_bytes(second, editor.path("his_charge").read_bytes())


def overlapping_extract(editor: DeliveryEditor) -> None:
    """his_charge.02.csv repeats the last 200 rows of his_charge.csv."""
    lines = editor.path("his_charge").read_bytes().splitlines(keepends=True)
    editor.write_bytes(editor.folder / "his_charge.02.csv", b"".join([lines[0], *lines[-OVERLAP:]]))


def missing_part(editor: DeliveryEditor) -> None:
    """his_charge.csv is part 1 of 2; the second half of its rows never arrives."""
    lines = editor.path("his_charge").read_bytes().splitlines(keepends=True)
    path = editor.path("his_charge")
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    editor.seal(path, sequence_no=1, sequence_count=2)


def wrong_control_total(editor: DeliveryEditor) -> None:
    """The manifest's control total of the charges is 100 yuan more than the file holds."""
    manifest = editor.manifest(editor.folder)
    control = manifest["files"]["his_charge.csv"]["control"]
    control["amount"] = plus(control["amount"], "100.00")
    editor.write_manifest(editor.folder, manifest)


def shifted_clock(editor: DeliveryEditor) -> None:
    """his_charge.csv carries UTC: every time lies eight hours early and says so with a trailing Z."""
    rows = editor.rows("his_charge")
    places = [rows[0].index(name) for name in ("occurred_at", "booked_at")]
    for row in rows[1:]:
        for place in places:
            row[place] = (datetime.strptime(row[place], CLOCK) - SHIFT).strftime(CLOCK) + "Z"
    editor.write_rows("his_charge", rows)
