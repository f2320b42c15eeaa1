from __future__ import annotations

from orchestration.gates.document import BEGIN, END, PAGE, with_index


def test_the_page_lists_every_gate_as_the_suites_and_the_policy_have_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert BEGIN in text and END in text
    assert text == with_index(text), "run: python -m orchestration.gates.document"
