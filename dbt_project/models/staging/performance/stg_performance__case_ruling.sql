with landed as (

    select * from {{ source('performance', 'performance_case_ruling') }}

),

addressed as (

    select
        hospital_id,
        month,
        stay_id,
        ruling,
        ruled_by,
        reason,
        batch_key,
        source_row
    from landed

)

select * from addressed
