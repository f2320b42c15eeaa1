"""Item: what a service item costs, by department and method. Parameter: ``:item_id``."""

COSTS = """
select dept_id, method, is_informative, quantity, cost_yuan, unit_cost_yuan
from costed.fct_item_cost
where hospital_id = :hospital_id and month = :month and item_id = :item_id
order by is_informative, method, cost_yuan desc, dept_id
"""

HISTORY = """
select month, sum(cost_yuan) as cost_yuan, sum(quantity) as quantity
from costed.fct_item_cost
where hospital_id = :hospital_id and month <= :month and item_id = :item_id and not is_informative
group by month
order by month
"""

ABOUT = """
select item_name, item_kind, fee_class, is_separately_charged
from costed.dim_item
where hospital_id = :hospital_id and item_id = :item_id and month <= :month
order by month desc
limit 1
"""

USED_BY = """
select dept_id, group_code, quantity, fee_yuan, cost_yuan
from costed.fct_group_item_cost
where hospital_id = :hospital_id and month = :month and item_id = :item_id
order by cost_yuan desc, dept_id, group_code
limit 30
"""
