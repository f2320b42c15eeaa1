"""Chinese words for what a trace shows."""

from __future__ import annotations

from orchestration.contract import load_contract
from orchestration.lineage.declaration import load_declarations

COMPONENTS = {
    "POINTS": "工作量点数绩效",
    "OUTPATIENT_DEDUCTION": "门诊成本扣减",
    "INPATIENT_INCOME": "住院结算认可收入",
    "INPATIENT_DEDUCTION": "住院病组成本扣减",
    "TRUE_UP": "清算差额",
    "SUBSIDY": "专项补助",
    "ADMINISTRATIVE": "行政后勤绩效",
    "CASE_WEIGHT": "病例权重绩效",
    "DIFFICULTY": "疑难病例绩效",
    "SURPLUS": "病组结余分享",
    "SCORE_CARD": "指标卡绩效",
    "ADJ_SCORE": "综合考核调整",
    "ADJ_CARD": "指标卡奖惩",
    "ADJ_CAP": "封顶",
    "ADJ_VETO": "一票否决",
    "ADJ_SMOOTH": "月度平滑",
    "CARRY": "期初结转",
    "ADJ_FLOOR": "保底调整",
    "ADJ_ROUNDING": "尾差",
    "RESERVE": "预留",
    "STAFF_SHARE": "科室绩效分配",
    "STAFF_ADJUSTMENT": "个人调整",
}
MEASURES = {
    "cost_yuan": "成本合计",
    "own_cost_yuan": "直接耗用成本",
    "own_fee_yuan": "直接耗用收费",
    "shared_cost_yuan": "床日分摊成本",
    "shared_direct_cost_yuan": "床日分摊直接成本",
    "standard_total_yuan": "付费标准总额",
    "fund_pay_yuan": "基金支付",
    "amount_yuan": "金额",
    "bonus_yuan": "绩效额",
    "true_up_yuan": "清算差额",
    "actual_yuan": "实际结算",
    "simulated_yuan": "模拟结算",
    "pool_yuan": "成本池",
    "fee_yuan": "费用",
    "total_fee_yuan": "总费用",
    "case_count": "例数",
    "payment_yuan": "付费",
    "deduction_yuan": "扣减",
    "carried_balance_yuan": "结转余额",
    "amount_micro_yuan": "分录金额",
    "points": "点数",
    "numerator": "分子",
    "denominator": "分母",
}
REASONS = {
    "prior period": "属以前月份（冲销或迟到）",
    "published, compared later": "已发布，以后清算",
    "suspense": "待处理",
    "encounter unknown": "诊次不明",
    "item unknown": "项目不明",
    "department unknown": "科室不明",
    "no expense of the month": "非当月费用分录",
    "no cost": "不计入成本",
    "no stay discharged in the month": "非当月出院",
    "quarantined": "隔离待修",
    "no statement": "无清算结果",
    "unknown pool": "奖金池代码不明",
    "department without bonus scheme": "科室不参加绩效",
    "person without bonus": "职工无绩效",
    "dimension without weight": "维度未设权重",
    "outpatient settlement": "门诊结算",
    "reversed": "已冲销",
    "gives to no other department": "不再向其他科室分摊",
    "balance of an earlier month, or of a stay no longer delivered": "更早月份或已不再上传住院的余额",
    "balance of another month, or of a stay not delivered": "其他月份或未上传住院的余额",
    "no stay of the ward bears it": "无住院可承担",
    "stay that ended in the month": "当月出院",
    "category or stage without a deduction ratio": "该类别或环节未设扣减比例",
    "department not paid by case": "科室不按病例计酬",
    "published since, or not earlier than the month": "此后已发布，或不早于本月",
    "not due in this month": "本月未到期",
    "case outside the population": "不在核算范围的病例",
    "case that was never simulated": "未曾模拟结算的病例",
    "case without a ruling": "无病例评议",
    "department without a balance to carry": "科室无结转余额",
    "no point price without a pool": "无绩效总额，不计点单价",
    "closing line the reserve does not answer": "预留不对应的调整分录",
    "department without persons": "科室无职工",
}


def component_zh(component: str) -> str:
    """A line's name in Chinese; steps of a person's share are joined as in the original."""
    return " › ".join(" / ".join(_word(word) for word in step.split(" / ")) for step in component.split(" › "))


def reason_zh(reason: str) -> str:
    """Why rows were used or left out; nothing where the side says it all."""
    if reason in REASONS:
        return REASONS[reason]
    words = reason.replace(", ", ": ").split(": ")
    return "：".join(REASONS.get(word, word) for word in words if word not in ("used", "unexplained"))


def mart_zh(mart: str) -> str:
    """Name of a mart."""
    declared = load_declarations().get(mart)
    return declared.zh if declared else mart


def parent_zh(parent: str) -> str:
    """Name of what a declaration calls a parent: a model, a source table, or a mart of earlier months."""
    space, _, name = parent.rpartition(".")
    if space == "landing":
        return load_contract()[name].zh
    return f"以前月份{mart_zh(name)}" if space == "history" else mart_zh(name)


def _word(word: str) -> str:
    return COMPONENTS.get(word) or MEASURES.get(word) or word
