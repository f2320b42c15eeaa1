with landed as (

    select * from {{ source('performance', 'performance_opening') }}

),

addressed as (

    select
        hospital_id,
        measure_code,
        month,
        subject_id,
        dept_id,
        amount,
        batch_key,
        source_row
    from landed

)

select * from addressed
