with landed as (

    select * from {{ source('his', 'his_equipment') }}

),

addressed as (

    select
        hospital_id,
        equipment_id,
        equipment_name,
        equipment_kind,
        dept_id,
        monthly_capacity,
        valid_from,
        valid_to,
        batch_key,
        source_row
    from landed

)

select * from addressed
