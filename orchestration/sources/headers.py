"""Matching the header of a file with the columns that are expected, by name and never by position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from orchestration.errors import BadInput
from orchestration.sources.issues import bad_file
from orchestration.sources.text import normal_header


class UnknownColumns(BadInput):
    """F08 for a file with further columns; the file waits beside the landing until the contract or mapping knows them."""


def match_header(
    name: str, header: Sequence[str], required: Iterable[str], known: Iterable[str], *, refuse_unknown: bool
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Position of each known column in a header, and notes about names that had to be normalised.

    Args:
        name: the file, for messages.
        required: columns that must be there.
        known: columns that may be there (required ones included).
        refuse_unknown: whether a further column is an error (F08) or is left out.

    Raises:
        BadInput: F08 columns added, removed or renamed; F09 blank or duplicate names.
    """
    normal = [normal_header(cell) for cell in header]
    blank = [i + 1 for i, cell in enumerate(normal) if not cell]
    if blank:
        raise bad_file("F09", name, f"has a column without name at position {blank[0]}", f"第 {blank[0]} 列没有列名", row=1)
    double = [cell for cell, count in Counter(normal).items() if count > 1]
    if double:
        raise bad_file("F09", name, f"has the column {double[0]} twice", f"列名 {double[0]} 重复", row=1, column=double[0])
    wanted = {normal_header(column): column for column in known}
    missing = [column for column in required if normal_header(column) not in normal]
    added = [cell for cell in normal if cell not in wanted]
    if missing or (added and refuse_unknown):
        raise _difference(name, missing, added if refuse_unknown else [])
    notes = tuple(f"header {raw!r} read as {cell!r}" for raw, cell in zip(header, normal, strict=True) if raw != cell)
    return {wanted[cell]: i for i, cell in enumerate(normal) if cell in wanted}, notes


def _difference(name: str, missing: list[str], added: list[str]) -> BadInput:
    parts = [f"columns missing: {', '.join(missing)}"] if missing else []
    parts += [f"columns not in the contract: {', '.join(added)}"] if added else []
    zh = "；".join([f"缺少列：{'、'.join(missing)}"] * bool(missing) + [f"多出列：{'、'.join(added)}"] * bool(added))
    remedy = (
        "Rename or restore the columns."
        if missing
        else "The file is kept aside; add the column to the contract or the mapping, or leave it out."
    )
    error = bad_file("F08", name, "; ".join(parts), zh, remedy, row=1, column=(missing or added)[0])
    if missing:
        return error
    return UnknownColumns(error.message, rule=error.rule, zh=error.zh, place=error.place, remedy=error.remedy)
