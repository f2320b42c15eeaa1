with departments as (

    select * from {{ ref('int_scoring__journalise_departments') }}

),

staff as (

    select * from {{ ref('fct_staff_bonus') }}

),

decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

staff_lines as (

    select
        dept_id,
        staff_id,
        1000 as sequence,
        'STAFF_SHARE' as component,
        'scored.fct_department_bonus' as parent_relation,
        dept_id as parent_key,
        share_yuan as amount_yuan
    from staff
    union all
    select
        dept_id,
        staff_id,
        1001 as sequence,
        'STAFF_ADJUSTMENT' as component,
        'landing.performance_staff' as parent_relation,
        dept_id as parent_key,
        adjustment_yuan as amount_yuan
    from staff

),

lines as (

    select
        hospital_id,
        month,
        dept_id,
        cast(null as varchar) as staff_id,
        sequence,
        component,
        parent_relation,
        parent_key,
        amount_micro_yuan,
        policy_version
    from departments
    union all
    select
        decisions.hospital_id,
        decisions.month,
        staff_lines.dept_id,
        staff_lines.staff_id,
        staff_lines.sequence,
        staff_lines.component,
        staff_lines.parent_relation,
        staff_lines.parent_key,
        cast(staff_lines.amount_yuan * 1000000 as bigint) as amount_micro_yuan,
        decisions.policy_version
    from staff_lines
    cross join decisions
    where staff_lines.amount_yuan <> 0

)

select * from lines
