with landed as (

    select * from {{ source('emr', 'emr_intensive_care') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        sequence,
        unit_code,
        entered_at,
        left_at,
        batch_key,
        source_row
    from landed

)

select * from addressed
