"""Overview: the month in figures against the month before, and the departments whose bonus moved."""

TOTALS = """
with months as (

    select
        sum(case when month = :month then bonus_yuan end) as bonus_yuan,
        sum(case when month = :previous then bonus_yuan end) as earlier_bonus_yuan
    from scored.fct_department_bonus
    where hospital_id = :hospital_id and month in (:month, :previous)

),

costs as (

    select
        sum(case when month = :month then amount_yuan end) as cost_yuan,
        sum(case when month = :previous then amount_yuan end) as earlier_cost_yuan
    from costed.fct_department_cost
    where hospital_id = :hospital_id and month in (:month, :previous)

),

settlements as (

    select
        sum(case when month = :month then standard_total_yuan end) as standard_yuan,
        sum(case when month = :previous then standard_total_yuan end) as earlier_standard_yuan,
        sum(case when month = :month then billed_fee_yuan end) as billed_yuan
    from settled.fct_case_settlement
    where hospital_id = :hospital_id and basis = 'simulated' and month in (:month, :previous)

),

cases as (

    select
        max(case when month = :month then case_count end) as case_count,
        max(case when month = :previous then case_count end) as earlier_case_count,
        max(case when month = :month then case_mix_index end) as case_mix_index,
        max(case when month = :month then group_rate end) as group_rate
    from grouped.fct_case_mix
    where hospital_id = :hospital_id and level = 'hospital' and month in (:month, :previous)

),

gates as (

    select
        count(*) filter (where status = 'passed') as passed_count,
        count(*) filter (where status = 'failed') as failed_count,
        count(*) filter (where status = 'waived') as waived_count,
        count(*) as gate_count
    from audit.fct_gate_result
    where hospital_id = :hospital_id and month = :month

),

together as (

    select *
    from months
    cross join costs
    cross join settlements
    cross join cases
    cross join gates

)

select * from together
"""

# The component that moved most in the direction of the department's whole change is its main reason.
DEPARTMENTS = """
with bonuses as (

    select
        dept_id,
        max(case when month = :month then bonus_yuan end) as bonus_yuan,
        max(case when month = :previous then bonus_yuan end) as earlier_bonus_yuan
    from scored.fct_department_bonus
    where hospital_id = :hospital_id and month in (:month, :previous)
    group by dept_id

),

changes as (

    select
        dept_id,
        bonus_yuan,
        earlier_bonus_yuan,
        coalesce(bonus_yuan, 0) - coalesce(earlier_bonus_yuan, 0) as change_yuan
    from bonuses

),

components as (

    select
        dept_id,
        component,
        sum(case when month = :month then amount_micro_yuan else -amount_micro_yuan end) as change_micro_yuan
    from scored.fct_bonus_journal
    where hospital_id = :hospital_id and month in (:month, :previous) and left(component, 5) <> 'STAFF'
    group by dept_id, component

),

ranked as (

    select
        components.*,
        row_number() over (
            partition by components.dept_id
            order by
                case when changes.change_yuan < 0 then components.change_micro_yuan else -components.change_micro_yuan end,
                components.component
        ) as place
    from components
    inner join changes on components.dept_id = changes.dept_id

),

explained as (

    select
        changes.*,
        ranked.component,
        cast(ranked.change_micro_yuan as decimal(20, 0)) * 0.000001 as component_change_yuan
    from changes
    left join ranked on changes.dept_id = ranked.dept_id and ranked.place = 1

)

select * from explained
order by change_yuan, dept_id
"""

HISTORY = """
select month, sum(bonus_yuan) as bonus_yuan
from scored.fct_department_bonus
where hospital_id = :hospital_id and month <= :month
group by month
order by month
"""

REGION = """
with bonuses as (

    select
        hospital_id,
        sum(case when month = :month then bonus_yuan end) as bonus_yuan,
        sum(case when month = :previous then bonus_yuan end) as earlier_bonus_yuan
    from scored.fct_department_bonus
    where month in (:month, :previous)
    group by hospital_id

),

costs as (

    select hospital_id, sum(amount_yuan) as cost_yuan
    from costed.fct_department_cost
    where month = :month
    group by hospital_id

),

settlements as (

    select hospital_id, sum(standard_total_yuan) as standard_yuan, sum(billed_fee_yuan) as billed_yuan
    from settled.fct_case_settlement
    where basis = 'simulated' and month = :month
    group by hospital_id

),

cases as (

    select hospital_id, case_count, case_mix_index, group_rate
    from grouped.fct_case_mix
    where level = 'hospital' and month = :month

),

gates as (

    select hospital_id, count(*) filter (where status = 'failed') as failed_count, count(*) as gate_count
    from audit.fct_gate_result
    where month = :month
    group by hospital_id

),

hospitals as (

    select
        gates.hospital_id,
        bonuses.bonus_yuan,
        bonuses.bonus_yuan - bonuses.earlier_bonus_yuan as change_yuan,
        costs.cost_yuan,
        settlements.standard_yuan,
        settlements.billed_yuan,
        settlements.standard_yuan - settlements.billed_yuan as margin_yuan,
        cases.case_count,
        cases.case_mix_index,
        cases.group_rate,
        gates.failed_count,
        gates.gate_count
    from gates
    left join bonuses on gates.hospital_id = bonuses.hospital_id
    left join costs on gates.hospital_id = costs.hospital_id
    left join settlements on gates.hospital_id = settlements.hospital_id
    left join cases on gates.hospital_id = cases.hospital_id

)

select * from hospitals
order by hospital_id
"""
