with scope as (

    select * from {{ source('run', 'scope') }}

),

open_stays as (

    select stay_id from {{ ref('int_conformed__stay') }} where is_open

),

balances as (

    select
        stay_id, dept_id, fee_class, item_kind, bed_days, line_count,
        fee_yuan, own_fee_yuan, own_cost_yuan, shared_cost_yuan, shared_direct_cost_yuan,
        bottom_up_shared_yuan, cost_to_income_own_yuan, cost_to_income_shared_yuan
    from {{ ref('int_costing__opening_balance') }}
    union all
    select
        stay_id, dept_id, fee_class, item_kind, 0 as bed_days, line_count,
        fee_yuan, own_fee_yuan, own_cost_yuan, 0 as shared_cost_yuan, 0 as shared_direct_cost_yuan,
        bottom_up_shared_yuan, cost_to_income_own_yuan, cost_to_income_shared_yuan
    from {{ ref('int_costing__open_stay_line') }}
    union all
    select
        ward_days.stay_id,
        ward_days.dept_id,
        'bed_days' as fee_class,
        'bed_days' as item_kind,
        ward_days.days_in_month as bed_days,
        0 as line_count,
        0 as fee_yuan,
        0 as own_fee_yuan,
        0 as own_cost_yuan,
        coalesce(shares.shared_cost_yuan, 0) as shared_cost_yuan,
        coalesce(shares.shared_direct_cost_yuan, 0) as shared_direct_cost_yuan,
        0 as bottom_up_shared_yuan,
        0 as cost_to_income_own_yuan,
        0 as cost_to_income_shared_yuan
    from {{ ref('int_conformed__ward_day') }} as ward_days
    left join {{ ref('int_costing__stay_share') }} as shares
        on ward_days.stay_id = shares.stay_id and ward_days.dept_id = shares.dept_id

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        balances.stay_id,
        balances.dept_id,
        balances.fee_class,
        balances.item_kind,
        cast(sum(balances.bed_days) as integer) as bed_days,
        cast(sum(balances.line_count) as bigint) as line_count,
        cast(sum(balances.fee_yuan) as decimal(18, 2)) as fee_yuan,
        cast(sum(balances.own_fee_yuan) as decimal(18, 2)) as own_fee_yuan,
        cast(sum(balances.own_cost_yuan) as decimal(18, 2)) as own_cost_yuan,
        cast(sum(balances.shared_cost_yuan) as decimal(18, 2)) as shared_cost_yuan,
        cast(sum(balances.shared_direct_cost_yuan) as decimal(18, 2)) as shared_direct_cost_yuan,
        cast(sum(balances.bottom_up_shared_yuan) as decimal(18, 2)) as bottom_up_shared_yuan,
        cast(sum(balances.cost_to_income_own_yuan) as decimal(18, 2)) as cost_to_income_own_yuan,
        cast(sum(balances.cost_to_income_shared_yuan) as decimal(18, 2)) as cost_to_income_shared_yuan
    from balances
    inner join open_stays on balances.stay_id = open_stays.stay_id
    cross join scope
    group by
        scope.hospital_id, scope.month_start, balances.stay_id, balances.dept_id, balances.fee_class, balances.item_kind

)

select * from published
