"""Every text stands in both languages, with the same values to fill in, and every text a page asks for exists."""

from __future__ import annotations

import re
from pathlib import Path

import cockpit
from cockpit.texts import LANGUAGES, load_texts
from orchestration.lineage.words import COMPONENTS

HERE = Path(cockpit.__file__).parent
FIELD = re.compile(r"{(\w+)}")


def test_both_languages_say_everything() -> None:
    for key, texts in load_texts().items():
        assert all(texts[language] for language in LANGUAGES), key
        assert len({frozenset(FIELD.findall(texts[language])) for language in LANGUAGES}) == 1, key


def test_every_text_a_page_asks_for_exists() -> None:
    asked = {key for path in HERE.rglob("*.py") for key in re.findall(r'texts\(\s*"([\w.]+)"', path.read_text(encoding="utf-8"))}
    assert len(asked) > 100
    assert asked - set(load_texts()) == set()


def test_components_are_called_as_in_a_trace() -> None:
    assert {name: load_texts()[f"component.{name}"]["zh"] for name in COMPONENTS} == COMPONENTS


def test_pages_hold_no_sql() -> None:
    for path in (HERE / "views").glob("*.py"):
        assert not re.search(r"\bselect\b.*\bfrom\b", path.read_text(encoding="utf-8"), flags=re.I | re.S), path
