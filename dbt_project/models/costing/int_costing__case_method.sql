-- What stays discharged in the month cost by the two methods beside top-down: the charges of the month, rounded once per
-- stay, and the balance brought along. Bottom-up takes own items at their cost like top-down does.
with stays as (

    select stay_key, stay_id from {{ ref('int_conformed__stay') }} where not is_open

),

balances as (

    select
        stay_id,
        sum(own_cost_yuan) as own_cost_yuan,
        sum(bottom_up_shared_yuan) as bottom_up_shared_yuan,
        sum(cost_to_income_own_yuan) as cost_to_income_own_yuan,
        sum(cost_to_income_shared_yuan) as cost_to_income_shared_yuan
    from {{ ref('int_costing__opening_balance') }}
    group by stay_id

),

own_items as (

    select encounter_key as stay_key, sum(own_cost_yuan) as own_cost_yuan
    from {{ ref('int_costing__own_item') }}
    where is_inpatient and encounter_key is not null
    group by encounter_key

),

charged as (

    select
        charges.stay_key,
        sum(charges.service_cost_yuan) as service_cost_yuan,
        sum(case when charges.own_category <> '' then charges.cost_yuan end) as own_yuan,
        sum(case when charges.own_category = '' then charges.cost_yuan end) as shared_yuan
    from (
        select
            charges.stay_key,
            charges.own_category,
            charges.service_cost_yuan,
            cast(charges.fee_yuan as decimal(18, 2)) * cast(ratios.cost_to_charge as decimal(20, 12)) as cost_yuan
        from {{ ref('int_costing__stay_charge') }} as charges
        left join {{ ref('int_costing__service_unit_cost') }} as ratios
            on charges.own_category = ratios.own_category and charges.unit_code = ratios.unit_code
    ) as charges
    group by charges.stay_key

),

gathered as (

    select
        stays.stay_id,
        coalesce(own_items.own_cost_yuan, 0) + coalesce(balances.own_cost_yuan, 0) as bottom_up_own_yuan,
        cast(coalesce(charged.service_cost_yuan, 0) as decimal(18, 2)) + coalesce(balances.bottom_up_shared_yuan, 0) as bottom_up_shared_yuan,
        cast(coalesce(charged.own_yuan, 0) as decimal(18, 2)) + coalesce(balances.cost_to_income_own_yuan, 0) as cost_to_income_own_yuan,
        cast(coalesce(charged.shared_yuan, 0) as decimal(18, 2)) + coalesce(balances.cost_to_income_shared_yuan, 0) as cost_to_income_shared_yuan
    from stays
    left join charged on stays.stay_key = charged.stay_key
    left join own_items on stays.stay_key = own_items.stay_key
    left join balances on stays.stay_id = balances.stay_id

),

methods as (

    select
        stay_id,
        'bottom_up' as method,
        cast(bottom_up_own_yuan as decimal(18, 2)) as own_cost_yuan,
        cast(bottom_up_shared_yuan as decimal(18, 2)) as shared_cost_yuan
    from gathered
    union all
    select
        stay_id,
        'cost_to_income' as method,
        cast(cost_to_income_own_yuan as decimal(18, 2)) as own_cost_yuan,
        cast(cost_to_income_shared_yuan as decimal(18, 2)) as shared_cost_yuan
    from gathered

)

select * from methods
