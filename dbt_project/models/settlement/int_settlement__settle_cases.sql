with supplements as (

    select
        days.policy_date,
        amounts.group_code,
        amounts.amount
    from (select distinct policy_date from {{ ref('int_settlement__find_terms') }}) as days
    inner join {{ source('policy', 'supplement') }} as amounts on {{ in_force('amounts', 'days.policy_date') }}

),

settled as (

    select
        cases.stay_id,
        cases.is_late,
        cases.discharge_month,
        cases.discharged_on,
        cases.settled_on,
        cases.policy_date,
        cases.insurance_type,
        cases.scheme,
        cases.version,
        cases.status,
        cases.group_code,
        cases.auxiliary_coefficient,
        cases.stay_days,
        cases.stay_hours,
        cases.discharge_way,
        cases.days_to_readmission,
        cases.billed_fee_yuan,
        cases.self_paid_fee_yuan,
        settlements.patient_pay_yuan,
        settlements.outside_scope_yuan,
        settlements.in_scope_ratio,
        settlements.fund_booked_yuan as fund_pay_by_item_yuan,
        cases.fund_basis,
        cases.point_value,
        cases.multiple_class,
        cases.coefficient,
        cases.mean_fee_yuan as group_mean_fee_yuan,
        cases.multiple,
        cases.adjusted_score,
        case
            when cases.formula = 'unpaid' or (cases.formula = 'ungrouped' and cases.ungrouped_pay = 'unpaid') then 0
            else coalesce(
                cases.standard_total_yuan + coalesce(supplements.amount, 0),
                case when cases.formula = 'per_diem' then days.standard_total_yuan end + coalesce(supplements.amount, 0),
                cases.billed_fee_yuan
            )
        end as standard_total_yuan
    from {{ ref('int_settlement__price_cases') }} as cases
    left join {{ ref('int_settlement__sum_settlements') }} as settlements on cases.stay_id = settlements.stay_id
    left join {{ ref('int_settlement__pay_per_day') }} as days on cases.stay_id = days.stay_id
    left join supplements on cases.policy_date = supplements.policy_date and cases.group_code = supplements.group_code

),

shared as (

    select
        settled.*,
        case
            when fund_basis = 'in_scope_ratio' and outside_scope_yuan is not null
                then round((standard_total_yuan - outside_scope_yuan) * in_scope_ratio, 2)
            else standard_total_yuan - coalesce(patient_pay_yuan, self_paid_fee_yuan)
        end as fund_share_yuan
    from settled

),

paid as (

    select
        shared.*,
        cast(case when insurance_type = 'self_pay' then 0 else greatest(fund_share_yuan, 0) end as decimal(18, 2)) as fund_pay_yuan
    from shared

)

select * from paid
