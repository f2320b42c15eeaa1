with landed as (

    select * from {{ source('his', 'his_referral') }}

),

addressed as (

    select
        hospital_id,
        referral_id,
        patient_id,
        direction,
        partner_hospital_id,
        encounter_id,
        referred_on,
        accepted_on,
        batch_key,
        source_row
    from landed

)

select * from addressed
