with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

lines as (

    select * from {{ ref('int_scoring__sum_points') }}

),

departments as (

    select * from {{ ref('int_scoring__assign_scheme') }}

),

staff as (

    select * from {{ ref('int_conformed__staff') }}

),

roles as (

    select
        is_inpatient,
        ordering_dept_key as dept_key,
        ordering_staff_key as staff_key,
        'judging' as point_kind,
        judging_points as points
    from lines
    union all
    select
        is_inpatient,
        executing_dept_key as dept_key,
        executing_staff_key as staff_key,
        'executing' as point_kind,
        executing_points as points
    from lines
    union all
    select
        is_inpatient,
        nursing_dept_key as dept_key,
        null as staff_key,
        'nursing' as point_kind,
        nursing_points as points
    from lines

),

earned as (

    select
        departments.dept_id,
        roles.point_kind,
        staff.staff_id,
        coalesce(staff.dept_id = departments.dept_id, false) as is_own_department,
        cast(sum(roles.points) as decimal(38, 8)) as points
    from roles
    inner join departments
        on roles.dept_key = departments.dept_key
    left join staff
        on roles.staff_key = staff.staff_key
    cross join decisions
    where
        departments.is_earning
        and (
            not roles.is_inpatient
            or departments.earns_inpatient_points
            or (
                decisions.has_technology_inpatient_points
                and departments.dept_class = 'medical_technology'
                and roles.point_kind = 'executing'
            )
        )
    group by
        departments.dept_id,
        roles.point_kind,
        staff.staff_id,
        coalesce(staff.dept_id = departments.dept_id, false)

)

select * from earned
