"""Texts of the cockpit in both languages; `texts.csv` is the only place they stand."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).with_name("texts.csv")
CHINESE, ENGLISH = "zh", "en"
LANGUAGES = (CHINESE, ENGLISH)


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Every text by key and language."""
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return {row["key"]: {language: row[language] for language in LANGUAGES} for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Texts:
    """The texts in one language."""

    language: str

    def __call__(self, key: str, /, **values: object) -> str:
        """A text with its values filled in.

        Raises:
            KeyError: there is no such text.
        """
        text = load_texts()[key][self.language]
        return text.format(**values) if values else text

    def code(self, kind: str, code: object) -> str:
        """What a code of a list is called; an unknown one as it is, none as no text."""
        if code is None:
            return ""
        texts = load_texts().get(f"{kind}.{code}")
        return texts[self.language] if texts else str(code)
