"""Which published columns hold numbers of persons or stays, or texts made of them."""

from __future__ import annotations

from collections.abc import Mapping

# Column to the domain its pseudonyms are made in.
NUMBERS: Mapping[str, str] = {"staff_id": "staff", "doctor_id": "staff", "stay_id": "stay", "patient_id": "patient"}
MADE_OF_NUMBERS = frozenset({"parent_key", "sample_keys", "reason"})
# Holds a stay where cost is deducted case by case, else a group.
SOMETIMES_NUMBERS = frozenset({"deduction_key"})
IDENTIFIERS = frozenset(NUMBERS) | MADE_OF_NUMBERS | SOMETIMES_NUMBERS
