"""Component: what stands behind one line of a department's bonus. Parameters: ``:dept_id``, ``:component``."""

TOTAL = """
with totals as (

    select
        sum(case when month = :month then amount_micro_yuan else 0 end) as micro_yuan,
        sum(case when month = :previous then amount_micro_yuan else 0 end) as earlier_micro_yuan
    from scored.fct_bonus_journal
    where hospital_id = :hospital_id and dept_id = :dept_id and component = :component and month in (:month, :previous)

)

select
    cast(micro_yuan as decimal(20, 0)) * 0.000001 as amount_yuan,
    cast(earlier_micro_yuan as decimal(20, 0)) * 0.000001 as earlier_amount_yuan
from totals
where micro_yuan is not null
"""

LINES = """
with lines as (

    select
        parent_relation,
        parent_key,
        sum(case when month = :month then amount_micro_yuan else 0 end) as micro_yuan,
        sum(case when month = :previous then amount_micro_yuan else 0 end) as earlier_micro_yuan
    from scored.fct_bonus_journal
    where hospital_id = :hospital_id and dept_id = :dept_id and component = :component and staff_id is null
        and month in (:month, :previous)
    group by parent_relation, parent_key

),

amounts as (

    select
        parent_relation,
        parent_key,
        cast(micro_yuan as decimal(20, 0)) * 0.000001 as amount_yuan,
        cast(earlier_micro_yuan as decimal(20, 0)) * 0.000001 as earlier_amount_yuan,
        cast(micro_yuan - earlier_micro_yuan as decimal(20, 0)) * 0.000001 as change_yuan
    from lines

)

select * from amounts
order by change_yuan, parent_relation, parent_key
"""

GROUPS = """
with named as (

    select group_code, min(group_name) as group_name
    from grouped.fct_case
    where hospital_id = :hospital_id and month in (:month, :previous) and dept_id = :dept_id
    group by group_code

),

groups as (

    select
        deduction_key,
        sum(case when month = :month then case_count else 0 end) as case_count,
        sum(case when month = :previous then case_count else 0 end) as earlier_case_count,
        sum(case when month = :month then simulated_yuan else 0 end) as simulated_yuan,
        sum(case when month = :previous then simulated_yuan else 0 end) as earlier_simulated_yuan,
        sum(case when month = :month then deduction_yuan else 0 end) as deduction_yuan,
        sum(case when month = :previous then deduction_yuan else 0 end) as earlier_deduction_yuan
    from scored.fct_department_group
    where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
    group by deduction_key

),

compared as (

    select
        groups.*,
        named.group_name,
        groups.simulated_yuan - groups.earlier_simulated_yuan as simulated_change_yuan,
        groups.deduction_yuan - groups.earlier_deduction_yuan as deduction_change_yuan
    from groups
    left join named on groups.deduction_key = named.group_code

)

select * from compared
order by case when :component = 'INPATIENT_INCOME' then simulated_change_yuan else -deduction_change_yuan end, deduction_key
"""

POINTS = """
with points as (

    select
        point_kind,
        staff_id,
        sum(case when month = :month then points else 0 end) as points,
        sum(case when month = :previous then points else 0 end) as earlier_points
    from scored.fct_workload_points
    where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
    group by point_kind, staff_id

),

compared as (

    select *, points - earlier_points as change_points from points

)

select * from compared
order by change_points, point_kind, staff_id
"""

POINT_PRICE = """
select
    max(case when month = :month then point_price_label end) as point_price,
    max(case when month = :previous then point_price_label end) as earlier_point_price,
    max(case when month = :month then workload_points end) as points,
    max(case when month = :previous then workload_points end) as earlier_points
from scored.fct_department_bonus
where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
"""

COSTS = """
with costs as (

    select
        cost_category,
        sum(case when month = :month then amount_yuan else 0 end) as amount_yuan,
        sum(case when month = :previous then amount_yuan else 0 end) as earlier_amount_yuan
    from costed.fct_department_cost
    where hospital_id = :hospital_id and dept_id = :dept_id and service_setting = 'outpatient' and stage = 'direct'
        and month in (:month, :previous)
    group by cost_category

),

compared as (

    select *, amount_yuan - earlier_amount_yuan as change_yuan from costs

)

select * from compared
order by change_yuan desc, cost_category
"""

SCORES = """
with scores as (

    select
        dimension_code,
        max(weight) as weight,
        max(case when month = :month then mean_score end) as score,
        max(case when month = :previous then mean_score end) as earlier_score
    from scored.fct_dimension_score
    where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
    group by dimension_code

),

compared as (

    select *, score - earlier_score as change_points from scores

)

select * from compared
order by weight * (score - earlier_score), dimension_code
"""

TRUE_UPS = """
select month, true_up_yuan, actual_yuan, simulated_yuan, compared_case_count, awaited_case_count
from settled.fct_true_up
where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
order by month desc
"""

CARD = """
select indicator_code, value, target, target_floor, target_weight, is_attained, score, award_yuan, card_grade, final_grade
from scored.fct_scorecard
where hospital_id = :hospital_id and dept_id = :dept_id and month = :month
order by score, indicator_code
"""
