"""Reports: what pages do not already ask. Parameters: ``:staff_id``, ``:dept_id``."""

DOCTORS = """
select doctor_id, min(dept_id) as dept_id, count(*) as case_count
from grouped.fct_case
where hospital_id = :hospital_id and month = :month and doctor_id is not null
group by doctor_id
order by doctor_id
"""

DOCTOR_CASES = """
with costs as (

    select stay_id, cost_yuan
    from costed.fct_case_cost
    where hospital_id = :hospital_id and month = :month and method = 'top_down'

),

settlements as (

    select stay_id, multiple_class, billed_fee_yuan, standard_total_yuan
    from settled.fct_case_settlement
    where hospital_id = :hospital_id and month = :month and basis = 'simulated'

),

cases as (

    select
        cases.stay_id,
        cases.dept_id,
        cases.group_code,
        cases.group_name,
        cases.stay_days,
        settlements.multiple_class,
        settlements.billed_fee_yuan,
        settlements.standard_total_yuan,
        costs.cost_yuan,
        settlements.standard_total_yuan - costs.cost_yuan as margin_yuan
    from grouped.fct_case as cases
    left join costs on cases.stay_id = costs.stay_id
    left join settlements on cases.stay_id = settlements.stay_id
    where cases.hospital_id = :hospital_id and cases.month = :month and cases.doctor_id = :staff_id

)

select * from cases
order by margin_yuan, stay_id
"""

STAFF_BONUS = """
select month, dept_id, sub_pool, share_yuan, adjustment_yuan, bonus_yuan
from scored.fct_staff_bonus
where hospital_id = :hospital_id and staff_id = :staff_id and month in (:month, :previous)
order by month desc, dept_id
"""

STAFF_LINES = """
with lines as (

    select
        component,
        sum(case when month = :month then amount_micro_yuan else 0 end) as micro_yuan,
        sum(case when month = :previous then amount_micro_yuan else 0 end) as earlier_micro_yuan
    from scored.fct_bonus_journal
    where hospital_id = :hospital_id and staff_id = :staff_id and month in (:month, :previous)
    group by component

)

select
    component,
    cast(micro_yuan as decimal(20, 0)) * 0.000001 as amount_yuan,
    cast(earlier_micro_yuan as decimal(20, 0)) * 0.000001 as earlier_amount_yuan,
    cast(micro_yuan - earlier_micro_yuan as decimal(20, 0)) * 0.000001 as change_yuan
from lines
order by component
"""

STAFF_POINTS = """
with points as (

    select
        point_kind,
        sum(case when month = :month then points else 0 end) as points,
        sum(case when month = :previous then points else 0 end) as earlier_points
    from scored.fct_workload_points
    where hospital_id = :hospital_id and staff_id = :staff_id and month in (:month, :previous)
    group by point_kind

)

select *, points - earlier_points as change_points
from points
order by point_kind
"""
