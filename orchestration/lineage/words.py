"""Chinese words for what a trace shows."""

from __future__ import annotations

from orchestration.lineage.declaration import load_declarations

COMPONENTS = {
    "POINTS": "工作量点数绩效",
    "OUTPATIENT_DEDUCTION": "门诊成本扣减",
    "INPATIENT_INCOME": "住院结算认可收入",
    "INPATIENT_DEDUCTION": "住院病组成本扣减",
    "TRUE_UP": "清算差额",
    "SUBSIDY": "专项补助",
    "ADMINISTRATIVE": "行政后勤绩效",
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
    "numerator": "分子",
    "denominator": "分母",
}


def component_zh(component: str) -> str:
    """A line's name in Chinese; steps of a person's share are joined as in the original."""
    return " › ".join(" / ".join(_word(word) for word in step.split(" / ")) for step in component.split(" › "))


def mart_zh(mart: str) -> str:
    """Name of a mart."""
    declared = load_declarations().get(mart)
    return declared.zh if declared else mart


def _word(word: str) -> str:
    return COMPONENTS.get(word) or MEASURES.get(word) or word
