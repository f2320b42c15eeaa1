with landed as (

    select * from {{ source('emr', 'emr_diagnosis') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        sequence,
        diagnosis_code,
        diagnosis_name,
        admission_condition,
        batch_key,
        source_row
    from landed

)

select * from addressed
