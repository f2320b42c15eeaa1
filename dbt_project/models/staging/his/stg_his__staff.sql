with landed as (

    select * from {{ source('his', 'his_staff') }}

),

addressed as (

    select
        hospital_id,
        staff_id,
        dept_id,
        role,
        title,
        position_coefficient,
        full_time_equivalent,
        valid_from,
        valid_to,
        batch_key,
        source_row
    from landed

)

select * from addressed
