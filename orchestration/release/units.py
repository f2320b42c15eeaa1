"""The unit of a published column: by its name, its suffix, or the word its description uses."""

from __future__ import annotations

import re

from orchestration.release.catalogue import MartColumn

# In the order in which they are tried: `_micro_yuan` before `_yuan`.
SUFFIXES = {
    "_micro_yuan": "micro-yuan",
    "_yuan": "yuan",
    "_days": "day",
    "_hours": "hour",
    "_minutes": "minute",
    "_count": "count",
    **dict.fromkeys(("_rows", "_beds", "_cases", "_visits", "_stays", "_lines"), "count"),
    "_points": "point",
    "_ratio": "ratio",
    "_share": "ratio",
    "_rate": "ratio",
    "_weight": "ratio",
    "_coefficient": "ratio",
    "_score": "score",
    "_checksum": "none",
    "_key": "none",
    "_no": "order",
    "sequence": "order",
    "position": "order",
}
NAMES = {
    **dict.fromkeys(("numerator", "denominator", "value", "target", "target_floor", "parent_target"), "of the indicator"),
    **dict.fromkeys(("figure", "threshold"), "of the gate"),
    **dict.fromkeys(("stated_amount", "derived_amount", "difference_amount", "excluded_amount"), "of the measure"),
    **dict.fromkeys(("share_change", "weight_change", "multiple", "return_on_cost", "coefficient", "attainment"), "ratio"),
    **dict.fromkeys(("total_score", "adjusted_score"), "point"),
    **dict.fromkeys(("quantity", "quantity_last_year"), "unit of the item"),
    **dict.fromkeys(
        ("essential_drug_quantity", "infusion_quantity", "microbiology_quantity", "special_service_quantity"), "unit of the item"
    ),
    "risk_level": "order",
    "n_rows_hash": "none",
    "quality_score": "ratio",
    "days_to_readmission": "day",
}
WORDS = {
    r"\byuan\b": "yuan",
    r"\bratio\b": "ratio",
    r"\b0 to 100\b": "score",
    r"\bpoints?\b": "point",
    r"\bdays\b": "day",
    r"\bcount\b|\bnumber of\b": "count",
}
ZH = {
    "micro-yuan": "微元",
    "yuan": "元",
    "day": "天",
    "hour": "小时",
    "minute": "分钟",
    "count": "个",
    "point": "点",
    "ratio": "比率",
    "score": "分",
    "order": "次序",
    "none": "",
    "of the indicator": "随指标",
    "of the gate": "随质量门",
    "of the measure": "随被核对列",
    "unit of the item": "项目计量单位",
}
NUMERIC = ("decimal", "integer", "bigint", "smallint", "hugeint")


def is_number(column: MartColumn) -> bool:
    """Whether the column holds numbers."""
    return column.data_type.lower().startswith(NUMERIC)


def unit_of(column: MartColumn) -> str | None:
    """English name of the unit; None for texts, dates and truth values, and for a number nobody gave a unit."""
    if not is_number(column):
        return None
    text = column.description.lower()
    by_suffix = (unit for suffix, unit in SUFFIXES.items() if column.name.endswith(suffix))
    by_word = (unit for pattern, unit in WORDS.items() if re.search(pattern, text))
    return NAMES.get(column.name) or next(by_suffix, None) or next(by_word, None)


def unit_zh(column: MartColumn) -> str:
    """Chinese name of the unit; empty without one."""
    return ZH.get(unit_of(column) or "", "")
