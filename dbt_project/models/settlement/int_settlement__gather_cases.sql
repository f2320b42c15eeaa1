-- A case settled in a later month than its discharge comes back with the facts published then and is priced anew.
with scope as (

    select * from {{ source('run', 'scope') }}

),

discharged as (

    select
        cases.stay_id,
        false as is_late,
        scope.month_start as discharge_month,
        cast(cases.discharged_at as date) as discharged_on,
        cases.settled_on,
        cases.insurance_type,
        groups.scheme,
        groups.version,
        groups.status,
        groups.group_code,
        groups.aux_coefficient as auxiliary_coefficient,
        cases.total_fee_yuan as billed_fee_yuan,
        cases.self_paid_fee_yuan,
        cases.stay_days,
        cast({{ dbt.datediff('cases.admitted_at', 'cases.discharged_at', 'hour') }} as integer) as stay_hours,
        cases.discharge_way,
        readmissions.days_to_readmission
    from {{ ref('int_conformed__case') }} as cases
    inner join {{ ref('fct_case') }} as groups on cases.stay_id = groups.stay_id
    left join {{ ref('int_settlement__find_readmissions') }} as readmissions on cases.stay_id = readmissions.stay_id
    cross join scope
    where not cases.is_quarantined

),

settled_late as (

    select
        recalled.stay_id,
        true as is_late,
        recalled.discharge_month,
        recalled.discharged_on,
        settlements.settled_on,
        recalled.insurance_type,
        recalled.scheme,
        recalled.version,
        recalled.status,
        recalled.group_code,
        recalled.auxiliary_coefficient,
        recalled.billed_fee_yuan,
        recalled.self_paid_fee_yuan,
        recalled.stay_days,
        recalled.stay_hours,
        recalled.discharge_way,
        recalled.days_to_readmission
    from {{ ref('int_settlement__recall_cases') }} as recalled
    inner join {{ ref('int_settlement__sum_settlements') }} as settlements on recalled.stay_id = settlements.stay_id
    where recalled.settled_on is null and {{ parameter('simulated_population') }} = 'discharged_and_settled'

),

gathered as (

    select * from discharged
    union all
    select * from settled_late

),

dated as (

    select
        gathered.*,
        coalesce(gathered.settled_on, gathered.discharged_on) as policy_date
    from gathered

),

self_pay_decisions as (

    select
        valid_from,
        valid_to,
        cast(value as boolean) as is_simulated
    from {{ source('policy', 'parameter') }}
    where parameter_code = 'simulate_self_pay'

),

simulated as (

    select dated.*
    from dated
    left join self_pay_decisions as decision on {{ in_force('decision', 'dated.policy_date') }}
    where dated.insurance_type <> 'self_pay' or decision.is_simulated

)

select * from simulated
