with landed as (

    select * from {{ source('performance', 'performance_indicator') }}

),

addressed as (

    select
        hospital_id,
        month,
        dept_id,
        indicator_code,
        numerator,
        denominator,
        batch_key,
        source_row
    from landed

)

select * from addressed
