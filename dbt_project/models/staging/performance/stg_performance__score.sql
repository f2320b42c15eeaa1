with landed as (

    select * from {{ source('performance', 'performance_score') }}

),

addressed as (

    select
        hospital_id,
        month,
        dept_id,
        office_code,
        dimension_code,
        score,
        evidence,
        batch_key,
        source_row
    from landed

)

select * from addressed
