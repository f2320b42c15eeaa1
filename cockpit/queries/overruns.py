"""Overruns: cases that cost, or were billed, more than the standard pays.

Parameters: ``:basis`` {cost, billed}, ``:dept_id`` ('' for all).
"""

CASES = """
with costs as (

    select month, stay_id, cost_yuan
    from costed.fct_case_cost
    where hospital_id = :hospital_id and month = :month and method = 'top_down'

),

cases as (

    select
        cases.stay_id,
        cases.dept_id,
        cases.group_code,
        cases.group_name,
        case when :basis = 'cost' then costs.cost_yuan else settlements.billed_fee_yuan end
            - settlements.standard_total_yuan as overrun_yuan
    from settled.fct_case_settlement as settlements
    inner join grouped.fct_case as cases
        on settlements.hospital_id = cases.hospital_id
        and settlements.month = cases.month
        and settlements.stay_id = cases.stay_id
    left join costs on settlements.stay_id = costs.stay_id
    where settlements.hospital_id = :hospital_id and settlements.month = :month and settlements.basis = 'simulated'
        and (:dept_id = '' or cases.dept_id = :dept_id)

)"""

GROUPS = f"""{CASES},

groups as (

    select
        coalesce(group_code, '') as group_code,
        min(group_name) as group_name,
        count(*) as case_count,
        count(*) filter (where overrun_yuan > 0) as overrun_count,
        -sum(overrun_yuan) as margin_yuan,
        sum(case when overrun_yuan > 0 then overrun_yuan else 0 end) as overrun_yuan
    from cases
    group by coalesce(group_code, '')

),

shares as (

    select
        *,
        sum(overrun_yuan) over () as total_yuan,
        sum(overrun_yuan) over (order by overrun_yuan desc, group_code) as running_yuan
    from groups
    where overrun_yuan > 0

)

select * from shares
order by overrun_yuan desc, group_code
"""

DEPARTMENTS = f"""{CASES},

departments as (

    select
        dept_id,
        count(*) as case_count,
        count(*) filter (where overrun_yuan > 0) as overrun_count,
        -sum(overrun_yuan) as margin_yuan,
        sum(case when overrun_yuan > 0 then overrun_yuan else 0 end) as overrun_yuan
    from cases
    group by dept_id

)

select * from departments
order by overrun_yuan desc, dept_id
"""
