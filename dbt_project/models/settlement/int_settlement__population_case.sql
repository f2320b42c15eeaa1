with scope as (

    select
        month_start,
        {{ parameter('simulated_population', 'varchar', 'month_start') }} as simulated_population,
        {{ parameter('pay_basis', 'varchar', 'month_start') }} as pay_basis
    from {{ source('run', 'scope') }}

),

costs as (

    select stay_id, own_cost_yuan, own_fee_yuan, shared_cost_yuan, shared_direct_cost_yuan
    from {{ ref('fct_case_cost') }}
    where method = 'top_down'
    union all
    select stay_id, own_cost_yuan, own_fee_yuan, shared_cost_yuan, shared_direct_cost_yuan
    from {{ ref('int_settlement__recall_costs') }}

),

population as (

    select
        cases.stay_id,
        cases.discharge_month,
        case when cases.status = 'grouped' then cases.group_code else cases.stay_id end as group_key,
        cast(case when scope.pay_basis = 'fund' then cases.fund_pay_yuan else cases.standard_total_yuan end as decimal(18, 2)) as payment_yuan,
        cast(coalesce(costs.own_cost_yuan, 0) as decimal(18, 2)) as own_cost_yuan,
        cast(coalesce(costs.own_fee_yuan, 0) as decimal(18, 2)) as own_fee_yuan,
        cast(coalesce(costs.shared_cost_yuan, 0) as decimal(18, 2)) as shared_cost_yuan,
        cast(coalesce(costs.shared_direct_cost_yuan, 0) as decimal(18, 2)) as shared_direct_cost_yuan
    from {{ ref('fct_case_settlement') }} as cases
    cross join scope
    left join costs on cases.stay_id = costs.stay_id
    where cases.basis = 'simulated' and (cases.settled_on is not null or scope.simulated_population = 'discharged')

)

select * from population
