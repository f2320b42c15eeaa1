"""The index of gates in docs/gates.md, written from the suites and the default policy.

``python -m orchestration.gates.document`` brings the page up to date.
"""

from __future__ import annotations

import csv
from pathlib import Path

from orchestration.gates.index import CHECKPOINTS, load_index
from orchestration.home import DEFAULT_POLICY, PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "gates.md"
BEGIN = "<!-- index of gates -->"
END = "<!-- end of the index -->"
SIGNS = {True: "≥", False: "≤"}


def write_index(page: Path = PAGE) -> None:
    """Replace the index between the markers of the page."""
    page.write_text(with_index(page.read_text(encoding="utf-8")), encoding="utf-8")


def with_index(text: str) -> str:
    """The text with a fresh index between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{render_index()}{END}{after}"


def render_index() -> str:
    """One table per checkpoint."""
    with (DEFAULT_POLICY / "gate.csv").open(encoding="utf-8", newline="") as file:
        policy = {row["gate_id"]: row for row in csv.DictReader(file)}
    gates = load_index().values()
    sections = []
    for checkpoint in CHECKPOINTS:
        rows = [
            f"| {g.gate_id} | {g.zh} | {g.en} | {g.measure} {SIGNS[g.is_lower_limit]} {policy[g.gate_id]['threshold']} "
            f"| {policy[g.gate_id]['severity']} | {g.owner} |"
            for g in gates
            if g.checkpoint == checkpoint
        ]
        head = f"### {checkpoint}\n\n| gate | 说明 | description | holds when | severity | owner |\n|---|---|---|---|---|---|\n"
        sections.append(head + "\n".join(rows) + "\n")
    return "\n" + "\n".join(sections) + "\n"


if __name__ == "__main__":
    write_index()
