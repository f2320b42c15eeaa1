with landed as (

    select * from {{ source('performance', 'performance_staff') }}

),

addressed as (

    select
        hospital_id,
        month,
        dept_id,
        staff_id,
        days_worked,
        quality_score,
        teaching_score,
        manual_adjustment,
        adjustment_reason,
        batch_key,
        source_row
    from landed

)

select * from addressed
