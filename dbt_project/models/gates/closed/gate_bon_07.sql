with scope as (

    select * from {{ source('run', 'scope') }}

),

published as (

    select
        dept_id,
        month
    from {{ source('history', 'fct_department_bonus') }}

),

findings as (

    select published.dept_id || ' ' || published.month as sample_key
    from published
    cross join scope
    where published.month >= scope.month_start

),

checked as (

    select count(*) as checked_rows from published

),

answer as (

    {{ gate_row(
        'BON-07',
        hint="coalesce(" ~ not_delivered(['performance_pool']) ~ ", case when checked.checked_rows = 0 then 'too_early:published months' end)"
    ) }}

)

select * from answer
