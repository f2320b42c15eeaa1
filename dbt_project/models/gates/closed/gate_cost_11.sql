with scope as (

    select * from {{ source('run', 'scope') }}

),

last_month as (

    select history.*
    from {{ source('history', 'fct_unit_cost') }} as history
    cross join scope
    where history.month = cast({{ dbt.dateadd('month', -1, 'scope.month_start') }} as date)

),

compared as (

    select
        present.dept_id,
        present.cost_object,
        present.unit_cost_yuan,
        last_month.unit_cost_yuan as last_unit_cost_yuan
    from {{ ref('fct_unit_cost') }} as present
    inner join last_month on present.dept_id = last_month.dept_id and present.cost_object = last_month.cost_object
    where present.unit_cost_yuan is not null and last_month.unit_cost_yuan is not null

),

findings as (

    select dept_id || ' ' || cost_object || ' ' || last_unit_cost_yuan || ' → ' || unit_cost_yuan as sample_key
    from compared
    where abs(unit_cost_yuan - last_unit_cost_yuan) > abs(last_unit_cost_yuan) * {{ parameter('unit_cost_change_limit', 'decimal(9, 6)') }}

),

checked as (

    select count(*) as checked_rows from compared

),

answer as (

    {{ gate_row('COST-11', hint="case when checked.checked_rows = 0 then 'too_early:fct_unit_cost' end") }}

)

select * from answer
