with landed as (

    select * from {{ source('insurer', 'insurer_case_settlement') }}

),

addressed as (

    select
        hospital_id,
        settlement_id,
        statement_month,
        stay_id,
        settled_on,
        statement_year,
        insurance_type,
        group_code,
        score,
        billed_fee,
        standard_total,
        fund_pay_by_item,
        fund_pay,
        patient_pay,
        deduction,
        deduction_reason,
        coefficient,
        point_value,
        is_rejected,
        batch_key,
        source_row
    from landed

)

select * from addressed
