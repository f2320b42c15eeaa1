with landed as (

    select * from {{ source('his', 'his_exam_report') }}

),

addressed as (

    select
        hospital_id,
        report_id,
        encounter_type,
        encounter_id,
        item_id,
        equipment_id,
        executing_dept_id,
        performed_at,
        reported_at,
        is_positive,
        batch_key,
        source_row
    from landed

)

select * from addressed
