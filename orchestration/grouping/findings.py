"""What a check of a pack finds, with the exact place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.errors import ConfigurationError, Place

RULES = {
    "PACK-01": "缺少文件或存在未知文件",
    "PACK-02": "文件编码或换行不符合要求",
    "PACK-03": "CSV 格式错误",
    "PACK-04": "表头不符",
    "PACK-05": "单元格为空或含首尾空格",
    "PACK-06": "行未按列排序",
    "PACK-07": "行或主键重复",
    "PACK-08": "分组方案属性缺失或未知",
    "PACK-09": "层级未知",
    "PACK-10": "上级分组错误",
    "PACK-11": "组别性质错误",
    "PACK-12": "规则顺序不是整数",
    "PACK-13": "同一上级下规则顺序重复",
    "PACK-14": "权重不是非负数",
    "PACK-15": "歧义组结构错误",
    "PACK-16": "条件所属分组不存在",
    "PACK-17": "备选条件序号不是从 1 开始的连续整数",
    "PACK-18": "字段未知",
    "PACK-19": "运算符未知或不适用于该字段",
    "PACK-20": "编码集合不存在",
    "PACK-21": "集合计数条件错误",
    "PACK-22": "数值错误",
    "PACK-23": "并发症等级错误",
    "PACK-24": "主要诊断列入多个排除表",
}


@dataclass(frozen=True)
class Finding:
    """One broken rule of the pack format. `row` counts the header as row 1."""

    rule: str
    message: str
    file: str
    row: int | None = None
    column: str | None = None

    @property
    def zh(self) -> str:
        """The rule in Chinese."""
        return RULES[self.rule]

    @property
    def place(self) -> Place:
        """File, row and column."""
        return Place(self.file, self.row, self.column)

    def __str__(self) -> str:
        return f"[{self.rule}] {self.place}: {self.message}（{self.zh}）"


class PackRefused(ConfigurationError):
    """A pack breaks the format; nothing of it is used. `findings` holds every place, in the order of the files."""

    def __init__(self, folder: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        more = f" ({len(self.findings) - 1} more findings)" if len(self.findings) > 1 else ""
        super().__init__(
            f"pack {folder}: {first.message}{more}",
            rule=first.rule,
            place=first.place,
            zh=first.zh,
            remedy="correct the pack and run: casemix pack check DIR",
        )
