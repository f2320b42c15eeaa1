with scope as (

    select * from {{ source('run', 'scope') }}

),

stays as (

    select stay_id from {{ ref('int_conformed__stay') }} where not is_open

),

top_down as (

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

methods as (

    select
        stays.stay_id,
        'top_down' as method,
        top_down.own_cost_yuan,
        top_down.shared_cost_yuan,
        top_down.own_fee_yuan,
        top_down.shared_direct_cost_yuan
    from stays
    left join top_down on stays.stay_id = top_down.stay_id
    union all
    select
        others.stay_id,
        others.method,
        others.own_cost_yuan,
        others.shared_cost_yuan,
        top_down.own_fee_yuan,
        null as shared_direct_cost_yuan
    from {{ ref('int_costing__case_method') }} as others
    left join top_down on others.stay_id = top_down.stay_id

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        methods.stay_id,
        methods.method,
        cast(coalesce(methods.own_cost_yuan, 0) as decimal(18, 2)) as own_cost_yuan,
        cast(coalesce(methods.shared_cost_yuan, 0) as decimal(18, 2)) as shared_cost_yuan,
        cast(coalesce(methods.own_cost_yuan + methods.shared_cost_yuan, 0) as decimal(18, 2)) as cost_yuan,
        cast(coalesce(methods.own_fee_yuan, 0) as decimal(18, 2)) as own_fee_yuan,
        cast(coalesce(methods.shared_direct_cost_yuan, 0) as decimal(18, 2)) as shared_direct_cost_yuan
    from methods
    cross join scope

)

select * from published
