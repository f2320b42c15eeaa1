with landed as (

    select * from {{ source('his', 'his_outpatient_visit') }}

),

addressed as (

    select
        hospital_id,
        visit_id,
        patient_id,
        person_id,
        visited_at,
        dept_id,
        doctor_id,
        visit_type,
        insurance_type,
        diagnosis_code,
        batch_key,
        source_row
    from landed

)

select * from addressed
