with landed as (

    select * from {{ source('his', 'his_follow_up') }}

),

addressed as (

    select
        hospital_id,
        follow_up_id,
        patient_id,
        measure_code,
        value,
        reported_on,
        batch_key,
        source_row
    from landed

)

select * from addressed
