"""Cases: a list of a department's or group's, and everything about one.

Parameters: ``:dept_id`` and ``:group_code`` ('' for all), ``:stay_id``.
"""

LIST = """
with cases as (

    select month, stay_id, dept_id, doctor_id, group_code, group_name, stay_days, discharged_on
    from grouped.fct_case
    where hospital_id = :hospital_id and month in (:month, :previous)
        and (:dept_id = '' or dept_id = :dept_id) and (:group_code = '' or coalesce(group_code, stay_id) = :group_code)

),

costs as (

    select month, stay_id, cost_yuan
    from costed.fct_case_cost
    where hospital_id = :hospital_id and month in (:month, :previous) and method = 'top_down'

),

settlements as (

    select month, stay_id, multiple_class, billed_fee_yuan, standard_total_yuan
    from settled.fct_case_settlement
    where hospital_id = :hospital_id and month in (:month, :previous) and basis = 'simulated'

),

joined as (

    select
        cases.month,
        cases.stay_id,
        cases.dept_id,
        cases.doctor_id,
        cases.group_code,
        cases.group_name,
        cases.stay_days,
        cases.discharged_on,
        settlements.multiple_class,
        settlements.billed_fee_yuan,
        settlements.standard_total_yuan,
        costs.cost_yuan,
        settlements.standard_total_yuan - costs.cost_yuan as margin_yuan
    from cases
    left join costs on cases.month = costs.month and cases.stay_id = costs.stay_id
    left join settlements on cases.month = settlements.month and cases.stay_id = settlements.stay_id

)

select * from joined
order by month desc, margin_yuan, stay_id
limit 200
"""

GROUPING = """
select
    stay_id,
    dept_id,
    doctor_id,
    scheme,
    version,
    group_code,
    group_name,
    status_reason,
    deciding_rule,
    complication,
    weight,
    score,
    stay_days,
    total_fee_yuan,
    discharged_on
from grouped.fct_case
where hospital_id = :hospital_id and month = :month and stay_id = :stay_id
"""

COSTS = """
select method, own_cost_yuan, shared_cost_yuan, cost_yuan
from costed.fct_case_cost
where hospital_id = :hospital_id and month = :month and stay_id = :stay_id
order by case method when 'top_down' then 1 when 'bottom_up' then 2 else 3 end
"""

SETTLEMENTS = """
select
    month,
    basis,
    multiple_class,
    point_value,
    coefficient,
    billed_fee_yuan,
    standard_total_yuan,
    fund_pay_yuan
from settled.fct_case_settlement
where hospital_id = :hospital_id and stay_id = :stay_id
order by basis desc, month
"""

WARDS = """
select dept_id, ward_weight
from settled.fct_case_ward
where hospital_id = :hospital_id and month = :month and stay_id = :stay_id
order by ward_weight desc, dept_id
"""
