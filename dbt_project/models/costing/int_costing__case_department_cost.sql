with stays as (

    select stay_key, stay_id, is_open from {{ ref('int_conformed__stay') }}

),

parts as (

    select
        stays.stay_id,
        own_items.dept_id,
        own_items.own_cost_yuan,
        own_items.own_fee_yuan,
        0 as shared_cost_yuan,
        0 as shared_direct_cost_yuan
    from {{ ref('int_costing__own_item') }} as own_items
    inner join stays on own_items.is_inpatient and own_items.encounter_key = stays.stay_key
    union all
    select stay_id, dept_id, 0 as own_cost_yuan, 0 as own_fee_yuan, shared_cost_yuan, shared_direct_cost_yuan
    from {{ ref('int_costing__stay_share') }}
    union all
    select stay_id, dept_id, own_cost_yuan, own_fee_yuan, shared_cost_yuan, shared_direct_cost_yuan
    from {{ ref('int_costing__opening_balance') }}

),

case_department_cost as (

    select
        parts.stay_id,
        parts.dept_id,
        stays.is_open,
        cast(sum(parts.own_cost_yuan) as decimal(18, 2)) as own_cost_yuan,
        cast(sum(parts.own_fee_yuan) as decimal(18, 2)) as own_fee_yuan,
        cast(sum(parts.shared_cost_yuan) as decimal(18, 2)) as shared_cost_yuan,
        cast(sum(parts.shared_direct_cost_yuan) as decimal(18, 2)) as shared_direct_cost_yuan
    from parts
    inner join stays on parts.stay_id = stays.stay_id
    group by parts.stay_id, parts.dept_id, stays.is_open

)

select * from case_department_cost
