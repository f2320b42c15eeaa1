with scope as (

    select * from {{ source('run', 'scope') }}

),

staff as (

    select * from {{ ref('stg_his__staff') }}

),

in_month as (

    select
        staff.*,
        staff.valid_from <= scope.month_start as is_valid_on_first_day,
        row_number() over (
            partition by staff.staff_id
            order by case when staff.valid_from <= scope.month_start then 0 else 1 end, staff.valid_from desc
        ) as preference
    from staff
    cross join scope
    where staff.valid_from < scope.next_month_start
        and (staff.valid_to is null or staff.valid_to > scope.month_start)

),

keyed as (

    select
        cast(row_number() over (order by staff_id) as integer) as staff_key,
        staff_id,
        dept_id,
        role,
        title,
        position_coefficient,
        full_time_equivalent,
        is_valid_on_first_day
    from in_month
    where preference = 1

)

select * from keyed
