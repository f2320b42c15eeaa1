with visits as (

    select * from {{ ref('stg_his__outpatient_visit') }}

),

keyed as (

    select
        cast(row_number() over (order by visit_id) as integer) as visit_key,
        visit_id,
        patient_id,
        visited_at,
        dept_id,
        doctor_id,
        visit_type,
        insurance_type
    from visits

)

select * from keyed
