with published as (

    select
        *,
        row_number() over (partition by stay_id order by month desc) as recency
    from {{ source('history', 'fct_case_settlement') }}
    where basis = 'simulated'

),

recalled as (

    select
        stay_id,
        month as simulated_month,
        discharge_month,
        discharged_on,
        settled_on,
        insurance_type,
        scheme,
        version,
        status,
        group_code,
        auxiliary_coefficient,
        adjusted_score,
        coefficient,
        point_value,
        billed_fee_yuan,
        self_paid_fee_yuan,
        stay_days,
        stay_hours,
        discharge_way,
        days_to_readmission,
        standard_total_yuan,
        fund_pay_yuan
    from published
    where recency = 1

)

select * from recalled
