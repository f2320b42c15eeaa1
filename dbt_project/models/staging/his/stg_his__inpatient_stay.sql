with landed as (

    select * from {{ source('his', 'his_inpatient_stay') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        patient_id,
        person_id,
        admitted_at,
        discharged_at,
        admission_dept_id,
        discharge_dept_id,
        attending_doctor_id,
        insurance_type,
        settled_on,
        batch_key,
        source_row
    from landed

)

select * from addressed
