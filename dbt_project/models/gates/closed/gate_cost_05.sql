-- Negative quantities count as nothing in the allocation; they are listed here, with rows of another month and givers
-- that have cost to give but no driver to give it by, and receivers whose quantity moved by more than the limit.
with scope as (

    select * from {{ source('run', 'scope') }}

),

quantities as (

    select * from {{ ref('int_costing__driver_quantity') }}

),

misdated as (

    select drivers.*
    from {{ ref('stg_ledger__allocation_driver') }} as drivers
    cross join scope
    where drivers.month <> scope.month_start

),

keeping_cost as (

    select dept_id
    from {{ ref('int_costing__department_cost') }}
    where service_setting = 'none'
    group by dept_id
    having sum(amount_yuan) <> 0

),

without_driver as (

    select givers.dept_id, givers.driver_code
    from {{ ref('int_costing__allocation_giver') }} as givers
    inner join keeping_cost on givers.dept_id = keeping_cost.dept_id
    left join {{ ref('int_costing__driver_weight') }} as weights on givers.dept_id = weights.from_dept_id
    where weights.from_dept_id is null

),

last_month as (

    select history.*
    from {{ source('history', 'fct_cost_driver') }} as history
    cross join scope
    where history.month = cast({{ dbt.dateadd('month', -1, 'scope.month_start') }} as date)

),

moved as (

    select
        present.driver_code,
        present.from_dept_id,
        present.to_dept_id,
        last_month.quantity as last_quantity,
        present.quantity
    from {{ ref('fct_cost_driver') }} as present
    inner join last_month
        on present.driver_code = last_month.driver_code
        and present.from_dept_id = last_month.from_dept_id
        and present.to_dept_id = last_month.to_dept_id
        and present.service_setting = last_month.service_setting
    where abs(present.quantity - last_month.quantity) > abs(last_month.quantity) * {{ parameter('driver_change_limit', 'decimal(9, 6)') }}

),

findings as (

    select driver_code || ' ' || coalesce(from_dept_id, '*') || ' → ' || to_dept_id || ' 动因为负 ' || quantity as sample_key
    from quantities
    where quantity < 0
    union all
    select {{ address('ledger_allocation_driver', 'driver_code') }} || ' 期间不符 ' || month as sample_key
    from misdated
    union all
    select dept_id || ' ' || driver_code || ' 无可用动因' as sample_key
    from without_driver
    union all
    select driver_code || ' ' || from_dept_id || ' → ' || to_dept_id || ' ' || last_quantity || ' → ' || quantity as sample_key
    from moved

),

checked as (

    select count(*) as checked_rows from quantities

),

answer as (

    {{ gate_row(
        'COST-05',
        hint="case when checked.checked_rows = 0 then coalesce(" ~ not_delivered(['ledger_allocation_driver'])
            ~ ", 'not_applicable:ledger_allocation_driver') end"
    ) }}

)

select * from answer
