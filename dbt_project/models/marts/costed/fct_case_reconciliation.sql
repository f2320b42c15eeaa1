-- What each method does with the month's inpatient cost. Bottom-up and cost-to-income leave a rest: cost no service carried.
with scope as (

    select * from {{ source('run', 'scope') }}

),

methods as (

    select 'top_down' as method
    union all
    select 'bottom_up' as method
    union all
    select 'cost_to_income' as method

),

cases as (

    select method, 'cases' as line, cost_yuan as amount_yuan from {{ ref('fct_case_cost') }}

),

balances as (

    select 'opening_wip' as line, -1 as sign, own_cost_yuan, shared_cost_yuan, bottom_up_shared_yuan,
        cost_to_income_own_yuan, cost_to_income_shared_yuan
    from {{ ref('int_costing__opening_balance') }}
    union all
    select 'closing_wip' as line, 1 as sign, own_cost_yuan, shared_cost_yuan, bottom_up_shared_yuan,
        cost_to_income_own_yuan, cost_to_income_shared_yuan
    from {{ ref('fct_open_stay') }}

),

stays_in_work as (

    select
        methods.method,
        balances.line,
        balances.sign * case methods.method
            when 'top_down' then balances.own_cost_yuan + balances.shared_cost_yuan
            when 'bottom_up' then balances.own_cost_yuan + balances.bottom_up_shared_yuan
            else balances.cost_to_income_own_yuan + balances.cost_to_income_shared_yuan
        end as amount_yuan
    from balances
    cross join methods

),

buckets as (

    select methods.method, buckets.bucket as line, buckets.amount_yuan
    from {{ ref('fct_cost_bucket') }} as buckets
    cross join methods
    where buckets.bucket = 'prior_period' or (buckets.bucket = 'unabsorbed' and methods.method = 'top_down')

),

inpatient as (

    select methods.method, 'inpatient_cost' as line, sum(costs.amount_yuan) as amount_yuan
    from methods
    left join {{ ref('int_costing__department_cost') }} as costs on costs.service_setting = 'inpatient' and costs.is_in_scope
    group by methods.method

),

carried as (

    select * from cases
    union all
    select * from stays_in_work
    union all
    select * from buckets

),

rests as (

    select
        inpatient.method,
        'unabsorbed' as line,
        coalesce(inpatient.amount_yuan, 0) - coalesce(sum(carried.amount_yuan), 0) as amount_yuan
    from inpatient
    left join carried on inpatient.method = carried.method
    where inpatient.method <> 'top_down'
    group by inpatient.method, inpatient.amount_yuan

),

unmatched as (

    select
        methods.method,
        'unmatched_charges' as line,
        0 as amount_yuan,
        volumes.line_count,
        volumes.amount_yuan as fee_yuan
    from methods
    left join {{ ref('int_costing__charge_volume') }} as volumes on volumes.is_inpatient and not volumes.is_used

),

lines as (

    select method, line, amount_yuan, 0 as line_count, 0 as fee_yuan from carried
    union all
    select method, line, amount_yuan, 0 as line_count, 0 as fee_yuan from rests
    union all
    select method, line, amount_yuan, 0 as line_count, 0 as fee_yuan from inpatient
    union all
    select method, line, amount_yuan, line_count, fee_yuan from unmatched

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        lines.method,
        lines.line,
        cast(coalesce(sum(lines.amount_yuan), 0) as decimal(18, 2)) as amount_yuan,
        cast(coalesce(sum(lines.line_count), 0) as bigint) as line_count,
        cast(coalesce(sum(lines.fee_yuan), 0) as decimal(18, 2)) as fee_yuan
    from lines
    cross join scope
    group by scope.hospital_id, scope.month_start, lines.method, lines.line

)

select * from published
