with landed as (

    select * from {{ source('his', 'his_transfer') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        sequence,
        dept_id,
        entered_at,
        left_at,
        batch_key,
        source_row
    from landed

)

select * from addressed
