"""A trace as one self-contained page: no script, no network, something an auditor can print and keep."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape
from itertools import groupby
from typing import Any

from orchestration.lineage.formats import fen, leaf_row, line_rows, summary
from orchestration.lineage.trace import Leaf, Trace
from orchestration.lineage.words import component_zh

STYLE = """
:root{--ink:#1c2733;--soft:#5b6b7b;--line:#dfe5eb;--up:#2f7d5b;--down:#b4483c;--sum:#2d5b8c;--paper:#fff}
*{box-sizing:border-box}body{margin:0;background:#f3f5f8;color:var(--ink);font:14px/1.55 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1080px;margin:24px auto;background:var(--paper);padding:36px 44px;border-radius:6px;box-shadow:0 1px 4px #0002}
h1{font-size:23px;margin:0 0 4px}h2{font-size:16px;margin:34px 0 10px;border-left:4px solid var(--sum);padding-left:10px}
.soft{color:var(--soft)}.total{font-size:34px;font-weight:600;margin:14px 0 2px;font-variant-numeric:tabular-nums}
.proof{display:inline-block;padding:3px 12px;border-radius:12px;background:#e7f4ed;color:var(--up);font-weight:600}.proof.bad{background:#fbe9e7;color:var(--down)}
table{border-collapse:collapse;width:100%;font-size:12.5px}th{text-align:left;color:var(--soft);font-weight:500;border-bottom:2px solid var(--line);padding:6px 8px}
td{border-bottom:1px solid var(--line);padding:5px 8px;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.neg{color:var(--down)}details{margin:8px 0;border:1px solid var(--line);border-radius:5px}summary{cursor:pointer;padding:8px 12px;font-weight:600}
details table{margin:0}.facts{color:var(--soft);font-size:11.5px}.hash{font:11px/1.5 ui-monospace,monospace;word-break:break-all;color:var(--soft)}
@media print{body{background:#fff}main{box-shadow:none;margin:0;max-width:none;padding:0}details{break-inside:auto}}
"""
WIDTH, ROW, LABEL, RIGHT = 980, 30, 210, 130


def trace_page(trace: Trace, leaves: Iterable[Leaf], most: int | None) -> str:
    """The page.

    Args:
        trace: the trace.
        leaves: leaves in the order of the lines.
        most: how many leaves of a line there are at most; the page says so where there are more.
    """
    head = summary(trace)
    lines = list(line_rows(trace, with_leaves=True))
    subject = "，".join(f"{escape(k)} {escape(str(v))}" for k, v in head["subject"].items())
    is_closed = not trace.difference and not any(trace.leaf_differences.values())
    sections = "".join(_leaf_section(number, list(group), lines, most) for number, group in groupby(leaves, key=lambda f: f.line))
    files = "".join(
        f"<tr><td>{escape(f.table)}</td><td>{escape(f.source_name)}</td><td>{f.batch_id}</td><td class=hash>{f.source_sha256 or ''}</td>"
        f"<td class=hash>{f.landed_sha256}</td></tr>"
        for f in sorted(trace.opened.source_files(trace.month).values(), key=lambda f: f.table)
    )
    return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{subject} {head["month"]} 溯源</title><style>{STYLE}</style></head><body><main>
<h1>{escape(head["mart_zh"])}溯源 · {subject}</h1>
<div class=soft>机构 {escape(head["hospital_id"])} · {head["month"]} · 发布版本 {head["release_id"]} · 发布于 {head["published_at"]}</div>
<div class=total>¥ {Decimal(head["total_yuan"]):,.2f}</div>
<span class="proof{"" if is_closed else " bad"}">差额 {head["difference_yuan"]} · {"逐笔闭合" if is_closed else "未闭合"}</span>
<h2>构成</h2>{_waterfall(trace)}
<table><tr><th>序</th><th>组成项</th><th class=n>金额（元）</th><th class=n>累计（元）</th><th class=n>来源行数</th><th class=n>差额</th><th>依据</th></tr>
{"".join(_line_row(line) for line in lines)}</table>
<h2>来源行</h2><p class=soft>贡献 = 计入量 × 冻结单价，尾差按最大余额法分在本项之内；正负相抵的收费与退费各自列示。</p>{sections}
<h2>来源文件</h2><table><tr><th>表</th><th>文件</th><th>批次</th><th>源文件 SHA-256</th><th>入湖文件 SHA-256</th></tr>{files}</table>
<h2>验证</h2><p class=hash>record {head["record_sha256"]}</p>
<p class=soft>casemix verify 逐一核对发布链、签名与文件；casemix trace 可随时在任何保存的发布版本上重现本页。</p>
</main></body></html>
"""


def _line_row(line: dict[str, Any]) -> str:
    negative = " neg" if line["amount_yuan"].startswith("-") else ""
    return (
        f"<tr><td>{line['line']}</td><td>{escape(line['component_zh'])}<div class=facts>{escape(line['component'])}</div></td>"
        f"<td class='n{negative}'>{Decimal(line['amount_yuan']):,.6f}</td><td class=n>{Decimal(line['running_yuan']):,.6f}</td>"
        f"<td class=n>{line['leaves']:,}</td><td class=n>{line['difference_yuan']}</td><td class=facts>{escape(line['evidence'])}</td></tr>"
    )


def _leaf_section(number: int, leaves: list[Leaf], lines: list[dict[str, Any]], most: int | None) -> str:
    line = lines[number - 1]
    rest = line["leaves"] - len(leaves)
    shown = sum((leaf.contribution for leaf in leaves), Decimal(0))
    more = f"，另有 {rest:,} 行合计 {fen(Decimal(line['amount_yuan']) - shown)} 元（--top 可全部列出）" if most and rest else ""
    rows = "".join(_leaf_html(leaf_row(leaf)) for leaf in leaves)
    return (
        f"<details{' open' if len(leaves) <= 20 else ''}><summary>{number}. {escape(line['component_zh'])} "
        f"<span class=soft>{fen(Decimal(line['amount_yuan']))} 元 · {len(leaves):,} 行{more}</span></summary>"
        "<table><tr><th>来源</th><th>键与内容</th><th class=n>计入量</th><th class=n>单价</th><th class=n>贡献（元）</th>"
        f"<th class=n>累计（元）</th></tr>{rows}</table></details>"
    )


def _leaf_html(leaf: dict[str, Any]) -> str:
    negative = " neg" if leaf["contribution_yuan"].startswith("-") else ""
    place = (
        f"{escape(leaf['source_file'])}<br>第 {leaf['file_row']} 行 · 批次 {leaf['batch_id']}"
        if leaf["source_file"]
        else "政策参数"
    )
    rate = f"{Decimal(leaf['rate']):,.6f}" if leaf["rate"] else ""
    return (
        f"<tr><td>{escape(leaf['table_zh'])} <span class=facts>{leaf['month']}</span><div class=facts>{place}</div></td>"
        f"<td>{escape(leaf['key'])}<div class=facts>{escape(leaf['facts'])}</div></td><td class=n>{leaf['counted'] or ''}</td>"
        f"<td class=n>{rate}</td><td class='n{negative}'>{Decimal(leaf['contribution_yuan']):,.6f}</td>"
        f"<td class=n>{Decimal(leaf['running_yuan']):,.6f}</td></tr>"
    )


def _waterfall(trace: Trace) -> str:
    """Bars from sum to sum, the last one the figure itself."""
    steps = [(component_zh(line.component), line.amount) for line in trace.lines]
    sums = [Decimal(0)]
    for _, amount in steps:
        sums.append(sums[-1] + amount)
    low, high = min(sums), max(sums)
    scale = (WIDTH - LABEL - RIGHT) / float(high - low or 1)
    bars = [_bar(n, name, *sorted((sums[n], sums[n + 1])), amount, low, scale) for n, (name, amount) in enumerate(steps)]
    bars.append(_bar(len(steps), "合计", *sorted((Decimal(0), sums[-1])), sums[-1], low, scale, "var(--sum)"))
    zero = LABEL + float(-low) * scale
    height = ROW * len(bars)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img" aria-label="构成图" font-size="12.5" fill="#1c2733">'
        f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{height}" stroke="#b9c4cf"/>{"".join(bars)}</svg>'
    )


def _bar(
    place: int, name: str, start: Decimal, end: Decimal, amount: Decimal, low: Decimal, scale: float, color: str | None = None
) -> str:
    x, width, y = LABEL + float(start - low) * scale, max(float(end - start) * scale, 1.0), place * ROW
    fill = color or ("var(--up)" if amount >= 0 else "var(--down)")
    return (
        f'<text x="{LABEL - 10}" y="{y + 19}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{x:.1f}" y="{y + 6}" width="{width:.1f}" height="{ROW - 12}" rx="2" fill="{fill}"/>'
        f'<text x="{WIDTH - 4}" y="{y + 19}" text-anchor="end">{amount:,.2f}</text>'
    )
