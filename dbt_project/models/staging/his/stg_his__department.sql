with landed as (

    select * from {{ source('his', 'his_department') }}

),

addressed as (

    select
        hospital_id,
        dept_id,
        dept_name,
        dept_class,
        service_setting,
        standard_dept_code,
        discipline_class,
        strategy_class,
        parent_dept_id,
        open_beds,
        floor_area_m2,
        valid_from,
        valid_to,
        batch_key,
        source_row
    from landed

)

select * from addressed
