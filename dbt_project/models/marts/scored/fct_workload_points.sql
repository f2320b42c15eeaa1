with earned as (

    select * from {{ ref('int_scoring__earn_points') }}

),

decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

points as (

    select
        decisions.hospital_id,
        decisions.month,
        earned.dept_id,
        earned.point_kind,
        earned.staff_id,
        earned.is_own_department,
        earned.points
    from earned
    cross join decisions

)

select * from points
