with landed as (

    select * from {{ source('his', 'his_settlement') }}

),

addressed as (

    select
        hospital_id,
        settlement_id,
        encounter_type,
        encounter_id,
        settled_on,
        insurance_type,
        total_fee,
        full_self_paid,
        first_self_paid,
        over_limit_self_paid,
        deductible,
        fund_booked,
        other_fund,
        patient_pay,
        in_scope_ratio,
        is_reversal,
        reverses_settlement_id,
        batch_key,
        source_row
    from landed

)

select * from addressed
