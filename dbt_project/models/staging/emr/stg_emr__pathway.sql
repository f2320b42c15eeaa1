with landed as (

    select * from {{ source('emr', 'emr_pathway') }}

),

addressed as (

    select
        hospital_id,
        stay_id,
        pathway_code,
        is_completed,
        variation,
        variation_reason,
        batch_key,
        source_row
    from landed

)

select * from addressed
