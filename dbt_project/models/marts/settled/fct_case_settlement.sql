with scope as (

    select * from {{ source('run', 'scope') }}

),

simulated as (

    select
        stay_id,
        'simulated' as basis,
        group_code,
        multiple_class,
        adjusted_score,
        billed_fee_yuan,
        standard_total_yuan,
        fund_pay_by_item_yuan,
        fund_pay_yuan,
        discharge_month,
        discharged_on,
        settled_on,
        policy_date,
        insurance_type,
        scheme,
        version,
        status,
        coefficient,
        auxiliary_coefficient,
        point_value,
        multiple,
        group_mean_fee_yuan,
        self_paid_fee_yuan,
        stay_days,
        stay_hours,
        discharge_way,
        days_to_readmission
    from {{ ref('int_settlement__settle_cases') }}

),

actual as (

    select
        statements.stay_id,
        'actual' as basis,
        statements.group_code,
        statements.multiple_class,
        statements.adjusted_score,
        statements.billed_fee_yuan,
        statements.standard_total_yuan,
        statements.fund_pay_by_item_yuan,
        statements.fund_pay_yuan,
        cases.discharge_month,
        cases.discharged_on,
        statements.settled_on,
        statements.settled_on as policy_date,
        statements.insurance_type,
        statements.scheme,
        statements.version,
        cases.status,
        statements.coefficient,
        cases.auxiliary_coefficient,
        statements.point_value,
        statements.multiple,
        statements.group_mean_fee_yuan,
        cases.self_paid_fee_yuan,
        cases.stay_days,
        cases.stay_hours,
        cases.discharge_way,
        cases.days_to_readmission
    from {{ ref('int_settlement__read_statements') }} as statements
    left join {{ ref('int_settlement__recall_cases') }} as cases on statements.stay_id = cases.stay_id

),

settlements as (

    select * from simulated
    union all
    select * from actual

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        settlements.stay_id,
        settlements.basis,
        settlements.group_code,
        settlements.multiple_class,
        cast(settlements.adjusted_score as decimal(18, 4)) as adjusted_score,
        cast(settlements.billed_fee_yuan as decimal(18, 2)) as billed_fee_yuan,
        cast(settlements.standard_total_yuan as decimal(18, 2)) as standard_total_yuan,
        cast(settlements.fund_pay_by_item_yuan as decimal(18, 2)) as fund_pay_by_item_yuan,
        cast(settlements.fund_pay_yuan as decimal(18, 2)) as fund_pay_yuan,
        settlements.discharge_month,
        settlements.discharged_on,
        settlements.settled_on,
        settlements.policy_date,
        settlements.insurance_type,
        settlements.scheme,
        settlements.version,
        settlements.status,
        cast(settlements.coefficient as decimal(9, 6)) as coefficient,
        cast(settlements.auxiliary_coefficient as decimal(9, 6)) as auxiliary_coefficient,
        cast(settlements.point_value as decimal(18, 6)) as point_value,
        cast(settlements.multiple as decimal(18, 6)) as multiple,
        cast(settlements.group_mean_fee_yuan as decimal(18, 2)) as group_mean_fee_yuan,
        cast(settlements.self_paid_fee_yuan as decimal(18, 2)) as self_paid_fee_yuan,
        cast(settlements.stay_days as integer) as stay_days,
        cast(settlements.stay_hours as integer) as stay_hours,
        settlements.discharge_way,
        cast(settlements.days_to_readmission as integer) as days_to_readmission
    from settlements
    cross join scope

)

select * from published
