with departments as (

    select
        dept_id,
        bonus_yuan
    from {{ ref('fct_department_bonus') }}

),

persons as (

    select
        dept_id,
        sum(share_yuan + adjustment_yuan) as bonus_yuan
    from {{ ref('int_scoring__adjust_staff') }}
    group by dept_id

),

findings as (

    select
        departments.dept_id as sample_key,
        abs(departments.bonus_yuan - coalesce(persons.bonus_yuan, 0)) as difference_yuan
    from departments
    left join persons
        on departments.dept_id = persons.dept_id
    where departments.bonus_yuan <> coalesce(persons.bonus_yuan, 0)

),

checked as (

    select count(*) as checked_rows from departments

),

answer as (

    {{ gate_row('BON-03', amount='difference_yuan', hint=not_delivered(['performance_pool', 'his_staff'])) }}

)

select * from answer
