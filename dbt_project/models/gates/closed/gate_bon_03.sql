with departments as (

    select
        dept_id,
        bonus_yuan
    from {{ ref('fct_department_bonus') }}

),

staff as (

    select * from {{ ref('int_scoring__adjust_staff') }}

),

persons as (

    select
        dept_id,
        sum(share_yuan + adjustment_yuan) as bonus_yuan
    from staff
    group by dept_id

),

submitted as (

    select * from {{ ref('stg_performance__staff') }}

),

findings as (

    select
        departments.dept_id as sample_key,
        abs(departments.bonus_yuan - coalesce(persons.bonus_yuan, 0)) as difference_yuan
    from departments
    left join persons
        on departments.dept_id = persons.dept_id
    where departments.bonus_yuan <> coalesce(persons.bonus_yuan, 0)
    union all
    select
        {{ address('performance_staff', "submitted.dept_id || '/' || submitted.staff_id", 'submitted') }} as sample_key,
        0 as difference_yuan
    from staff
    inner join submitted
        on
            staff.dept_id = submitted.dept_id
            and staff.staff_id = submitted.staff_id
    where
        staff.manual_adjustment_yuan <> 0
        and (
            coalesce(submitted.adjustment_reason, '') = ''
            or abs(staff.manual_adjustment_yuan) > abs(staff.share_yuan) * {{ parameter('manual_adjustment_limit', 'decimal(9,6)') }}
        )

),

checked as (

    select count(*) as checked_rows from departments

),

answer as (

    {{ gate_row('BON-03', amount='difference_yuan', hint=not_delivered(['performance_pool', 'his_staff'])) }}

)

select * from answer
