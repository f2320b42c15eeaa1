with landed as (

    select * from {{ source('emr', 'emr_procedure') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        sequence,
        procedure_code,
        procedure_name,
        procedure_level,
        performed_on,
        surgeon_id,
        anesthesia_code,
        incision_healing_code,
        anesthetist_id,
        is_elective,
        is_unplanned_return,
        batch_key,
        source_row
    from landed

)

select * from addressed
