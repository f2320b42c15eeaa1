with departments as (

    select * from {{ ref('int_scoring__assign_scheme') }}

),

staff as (

    select
        staff.staff_id,
        staff.dept_id,
        departments.scheme_code,
        case when staff.role = 'nurse' then 'nurse' else 'other' end as sub_pool,
        cast(cast(staff.position_coefficient as decimal(20, 6)) * staff.full_time_equivalent as decimal(18, 12)) as position_weight
    from {{ ref('int_conformed__staff') }} as staff
    inner join departments
        on staff.dept_id = departments.dept_id
    where staff.is_valid_on_first_day

)

select * from staff
