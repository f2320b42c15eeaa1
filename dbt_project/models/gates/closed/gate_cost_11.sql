-- A change is listed when it is large in itself, or far from the changes of the other departments: more than so many
-- standard deviations, compared as squares so that everything stays exact. The mean of the hospital is no department.
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

changes as (

    select
        *,
        dept_id = '*' as is_hospital,
        cast({{ divide_rounded('unit_cost_yuan - last_unit_cost_yuan', 'last_unit_cost_yuan', 6) }} as decimal(20, 6)) as change_ratio
    from compared
    where last_unit_cost_yuan <> 0

),

spread as (

    select
        *,
        count(*) over (partition by cost_object, is_hospital) as departments,
        sum(change_ratio) over (partition by cost_object, is_hospital) as sum_of_changes,
        sum(cast(change_ratio * change_ratio as decimal(38, 12))) over (partition by cost_object, is_hospital) as sum_of_squares
    from changes

),

-- z = (x - mean) / deviation; with n departments, sum s and sum of squares q: (n x - s)^2 > limit^2 (n q - s^2).
judged as (

    select
        *,
        cast(departments * change_ratio - sum_of_changes as decimal(20, 6)) as distance,
        cast(departments * sum_of_squares - sum_of_changes * sum_of_changes as decimal(38, 12)) as scaled_variance
    from spread

),

findings as (

    select dept_id || ' ' || cost_object || ' ' || last_unit_cost_yuan || ' → ' || unit_cost_yuan as sample_key
    from judged
    where abs(change_ratio) > {{ parameter('unit_cost_change_limit', 'decimal(9, 6)') }}
        or (
            scaled_variance > 0
            and cast(distance * distance as decimal(38, 12))
            > {{ parameter('unit_cost_z_limit', 'integer') }} * {{ parameter('unit_cost_z_limit', 'integer') }} * scaled_variance
        )

),

checked as (

    select count(*) as checked_rows from compared

),

answer as (

    {{ gate_row('COST-11', hint="case when checked.checked_rows = 0 then 'too_early:fct_unit_cost' end") }}

)

select * from answer
