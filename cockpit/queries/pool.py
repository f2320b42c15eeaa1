"""Cost pool of a department: what it cost, what was allocated to it and by whom, and its items. Parameter: ``:dept_id``."""

STAGES = """
with stages as (

    select
        stage,
        sum(case when month = :month then amount_yuan else 0 end) as amount_yuan,
        sum(case when month = :previous then amount_yuan else 0 end) as earlier_amount_yuan
    from costed.fct_department_cost
    where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
    group by stage

)

select *, amount_yuan - earlier_amount_yuan as change_yuan
from stages
order by case stage when 'direct' then 1 when 'administrative' then 2 when 'auxiliary' then 3 else 4 end
"""

CATEGORIES = """
with categories as (

    select
        service_setting,
        cost_category,
        sum(case when month = :month then amount_yuan else 0 end) as amount_yuan,
        sum(case when month = :previous then amount_yuan else 0 end) as earlier_amount_yuan
    from costed.fct_department_cost
    where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous)
        and (:service_setting = '' or service_setting = :service_setting)
    group by service_setting, cost_category

)

select *, amount_yuan - earlier_amount_yuan as change_yuan
from categories
order by change_yuan desc, service_setting, cost_category
"""

POSTINGS = """
with postings as (

    select
        stage,
        driver_code,
        case when to_dept_id = :dept_id then from_dept_id else to_dept_id end as other_dept_id,
        to_dept_id = :dept_id as is_received,
        sum(case when month = :month then amount_yuan else 0 end) as amount_yuan,
        sum(case when month = :previous then amount_yuan else 0 end) as earlier_amount_yuan
    from costed.fct_cost_posting
    where hospital_id = :hospital_id and month in (:month, :previous) and from_dept_id <> to_dept_id
        and (to_dept_id = :dept_id or from_dept_id = :dept_id)
    group by 1, 2, 3, 4

)

select *, amount_yuan - earlier_amount_yuan as change_yuan
from postings
order by is_received desc, amount_yuan desc, other_dept_id, stage, driver_code
limit 40
"""

ITEMS = """
with items as (

    select
        item_id,
        sum(case when month = :month then quantity else 0 end) as quantity,
        sum(case when month = :previous then quantity else 0 end) as earlier_quantity,
        sum(case when month = :month then cost_yuan else 0 end) as cost_yuan,
        sum(case when month = :previous then cost_yuan else 0 end) as earlier_cost_yuan
    from costed.fct_item_cost
    where hospital_id = :hospital_id and dept_id = :dept_id and month in (:month, :previous) and not is_informative
    group by item_id

)

select *, cost_yuan - earlier_cost_yuan as change_yuan
from items
order by cost_yuan desc, item_id
limit 40
"""
