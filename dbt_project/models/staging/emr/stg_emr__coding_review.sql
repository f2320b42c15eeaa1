with landed as (

    select * from {{ source('emr', 'emr_coding_review') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        review_level,
        reviewed_on,
        reviewer_id,
        error_fields,
        batch_key,
        source_row
    from landed

)

select * from addressed
