"""What can be wrong with a delivery, in words, and how a list of failures becomes one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.errors import BadInput, Place

SHOWN = 20


@dataclass(frozen=True)
class Reason:
    """A broken rule: its code and what it means in English and Chinese, and what to do."""

    rule: str
    en: str
    zh: str
    remedy: str


SEND_AGAIN = "Correct the source and hand over the file again; nothing of this delivery was accepted."
REASONS = {
    "F03": Reason(
        "F03", "unreadable characters (U+FFFD or 锟斤拷)", "乱码字符（�或锟斤拷）", "Export again in the declared encoding."
    ),
    "F11": Reason("F11", "value of another type", "数据类型不符", SEND_AGAIN),
    "F12": Reason(
        "F12",
        "number with separators, signs or full-width digits",
        "数字含千分位、货币符号、全角或横线",
        "Export plain digits with a point.",
    ),
    "F13": Reason(
        "F13",
        "more decimals than the column holds",
        "小数位数超出字段精度",
        "Export the exact scale, or declare round_money in the mapping.",
    ),
    "F14": Reason(
        "F14",
        "number cell where a code or date is expected",
        "代码或日期列存成了数字单元格",
        "Format the column as text and save again.",
    ),
    "F15": Reason("F15", "impossible or placeholder date, or not YYYY-MM-DD", "日期不存在、为占位值或格式不符", SEND_AGAIN),
    "F27": Reason("F27", "timestamp with a time zone", "时间带有时区", "Deliver local time (Asia/Shanghai) without a zone."),
    "EMPTY": Reason("REC-01", "required value is empty", "必填项为空", SEND_AGAIN),
    "LIST": Reason(
        "REC-01",
        "value outside the list of the contract",
        "取值不在约定代码表内",
        "Correct the value or translate it with value_map.",
    ),
    "CROSS": Reason(
        "MAP-03", "code without translation", "代码没有对应的映射", "Add the code to value_map or to the crosswalk file."
    ),
    "OTHER": Reason("REC-01", "row of another hospital", "行属于其他机构", "Hand over each hospital in its own folder."),
}


@dataclass(frozen=True)
class Issue:
    """Rows of one file and column that break one rule; `rows` are the first source rows, `cells` their Excel addresses."""

    table: str
    source_name: str
    column: str
    reason: str
    count: int
    rows: tuple[int, ...]
    cells: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = REASONS[self.reason]
        where = "cells " + ", ".join(self.cells) if self.cells else "rows " + ", ".join(str(r) for r in self.rows)
        more = f" and {self.count - len(self.rows)} more" if self.count > len(self.rows) else ""
        values = f" [{', '.join(self.samples)}]" if self.samples else ""
        return f"{self.source_name}, column {self.column}: {what.rule} {what.en} ({what.zh}){values}; {where}{more}"


def raise_issues(issues: Sequence[Issue]) -> None:
    """Raise one BadInput for all issues: the first names the rule and place, the rest are listed. Nothing to raise: return."""
    if not issues:
        return
    first = issues[0]
    reason = REASONS[first.reason]
    total = sum(issue.count for issue in issues)
    listed = "".join(f"\n  {issue}" for issue in issues[:SHOWN])
    raise BadInput(
        f"{total} values of {first.source_name} break the contract of {first.table}; "
        f"{reason.en} in column {first.column}.{listed}",
        rule=reason.rule,
        zh=f"{reason.zh}：{first.source_name} 第 {first.rows[0]} 行，列 {first.column}" if first.rows else reason.zh,
        place=Place(first.source_name, first.rows[0] if first.rows else None, first.column),
        remedy=reason.remedy,
    )


def bad_file(
    rule: str, name: str, en: str, zh: str, remedy: str = SEND_AGAIN, *, row: int | None = None, column: str | None = None
) -> BadInput:
    """An error about a file as a whole."""
    return BadInput(f"{name}: {en}.", rule=rule, zh=f"{name}：{zh}", place=Place(name, row, column), remedy=remedy)
