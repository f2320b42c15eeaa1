with scope as (

    select * from {{ source('run', 'scope') }}

),

stays as (

    select stay_id from {{ ref('int_conformed__stay') }} where not is_open

),

case_cost as (

    select
        stay_id,
        sum(own_cost_yuan) as own_cost_yuan,
        sum(shared_cost_yuan) as shared_cost_yuan,
        sum(own_fee_yuan) as own_fee_yuan,
        sum(shared_direct_cost_yuan) as shared_direct_cost_yuan
    from {{ ref('int_costing__case_department_cost') }}
    where not is_open
    group by stay_id

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        stays.stay_id,
        'top_down' as method,
        cast(coalesce(case_cost.own_cost_yuan, 0) as decimal(18, 2)) as own_cost_yuan,
        cast(coalesce(case_cost.shared_cost_yuan, 0) as decimal(18, 2)) as shared_cost_yuan,
        cast(coalesce(case_cost.own_cost_yuan + case_cost.shared_cost_yuan, 0) as decimal(18, 2)) as cost_yuan,
        cast(coalesce(case_cost.own_fee_yuan, 0) as decimal(18, 2)) as own_fee_yuan,
        cast(coalesce(case_cost.shared_direct_cost_yuan, 0) as decimal(18, 2)) as shared_direct_cost_yuan
    from stays
    cross join scope
    left join case_cost on stays.stay_id = case_cost.stay_id

)

select * from published
