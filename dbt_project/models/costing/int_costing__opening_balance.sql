-- What a stay brings along: the last closing balance published, or the balance handed over at go-live. When cost accrues
-- day by day, every month keeps its own and nothing is brought along.
with scope as (

    select * from {{ source('run', 'scope') }}

),

stays as (

    select stay_id from {{ ref('int_conformed__stay') }}

),

published as (

    select
        history.*,
        max(history.month) over (partition by history.stay_id) as last_month
    from {{ source('history', 'fct_open_stay') }} as history
    inner join stays on history.stay_id = stays.stay_id

),

handed_over as (

    select
        opening.subject_id as stay_id,
        opening.dept_id,
        opening.measure_code,
        opening.amount,
        opening.month,
        max(opening.month) over (partition by opening.subject_id) as last_month
    from {{ ref('stg_performance__opening') }} as opening
    inner join stays on opening.subject_id = stays.stay_id
    cross join scope
    left join (select distinct stay_id from published) as known on opening.subject_id = known.stay_id
    where opening.measure_code in ('open_stay_cost', 'open_stay_fee', 'open_stay_days')
        and opening.month < scope.month_start
        and known.stay_id is null

),

balances as (

    select
        stay_id, dept_id, fee_class, item_kind, bed_days, line_count,
        fee_yuan, own_fee_yuan, own_cost_yuan, shared_cost_yuan, shared_direct_cost_yuan,
        bottom_up_shared_yuan, cost_to_income_own_yuan, cost_to_income_shared_yuan, month as balance_month
    from published
    where month = last_month
    union all
    select
        stay_id,
        dept_id,
        'opening' as fee_class,
        'opening' as item_kind,
        cast(sum(case measure_code when 'open_stay_days' then amount else 0 end) as integer) as bed_days,
        0 as line_count,
        sum(case measure_code when 'open_stay_fee' then amount else 0 end) as fee_yuan,
        sum(case measure_code when 'open_stay_cost' then amount else 0 end) as own_fee_yuan,
        sum(case measure_code when 'open_stay_cost' then amount else 0 end) as own_cost_yuan,
        0 as shared_cost_yuan,
        0 as shared_direct_cost_yuan,
        0 as bottom_up_shared_yuan,
        sum(case measure_code when 'open_stay_cost' then amount else 0 end) as cost_to_income_own_yuan,
        0 as cost_to_income_shared_yuan,
        month as balance_month
    from handed_over
    where month = last_month
    group by stay_id, dept_id, month

),

brought_along as (

    select *
    from balances
    where {{ parameter('wip_policy') }} is distinct from 'accrue_days'

)

select * from brought_along
