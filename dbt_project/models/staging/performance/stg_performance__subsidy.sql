with landed as (

    select * from {{ source('performance', 'performance_subsidy') }}

),

addressed as (

    select
        hospital_id,
        month,
        dept_id,
        amount,
        reason,
        batch_key,
        source_row
    from landed

)

select * from addressed
