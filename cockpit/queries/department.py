"""Department: its bonus by component, this month and the month before. Parameter: ``:dept_id``.

Components of persons begin with STAFF and are no part of the department's sum.
"""

HEAD = """
select
    month,
    dept_id,
    bonus_yuan,
    inpatient_yuan,
    outpatient_yuan,
    composite_score,
    carried_balance_yuan
from scored.fct_department_bonus
where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
order by month desc
"""

COMPONENTS = """
with lines as (

    select
        component,
        min(sequence) as sequence,
        sum(case when month = :month then amount_micro_yuan else 0 end) as micro_yuan,
        sum(case when month = :previous then amount_micro_yuan else 0 end) as earlier_micro_yuan
    from scored.fct_bonus_journal
    where hospital_id = :hospital_id and dept_id = :dept_id and left(component, 5) <> 'STAFF'
        and month in (:month, :previous)
    group by component

),

amounts as (

    select
        component,
        sequence,
        cast(micro_yuan as decimal(20, 0)) * 0.000001 as amount_yuan,
        cast(earlier_micro_yuan as decimal(20, 0)) * 0.000001 as earlier_amount_yuan,
        cast(micro_yuan - earlier_micro_yuan as decimal(20, 0)) * 0.000001 as change_yuan
    from lines

)

select * from amounts
order by sequence, component
"""

HISTORY = """
select month, bonus_yuan
from scored.fct_department_bonus
where hospital_id = :hospital_id and dept_id = :dept_id and month <= :month
order by month
"""

CHOICES = """
select dept_id
from scored.fct_department_bonus
where hospital_id = :hospital_id and month = :month
order by dept_id
"""

PERSONS = """
select staff_id, sub_pool, share_yuan, adjustment_yuan, bonus_yuan, dept_id
from scored.fct_staff_bonus
where hospital_id = :hospital_id and dept_id = :dept_id and month = :month
order by bonus_yuan desc, staff_id
"""
