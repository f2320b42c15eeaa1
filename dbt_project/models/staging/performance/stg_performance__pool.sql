with landed as (

    select * from {{ source('performance', 'performance_pool') }}

),

addressed as (

    select
        hospital_id,
        month,
        pool_code,
        amount,
        approved_by,
        batch_key,
        source_row
    from landed

)

select * from addressed
