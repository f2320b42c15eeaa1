-- A method applies to a department as soon as one of its items has a weight; negative volumes count nothing.
with scope as (

    select * from {{ source('run', 'scope') }}

),

volumes as (

    select * from {{ ref('int_costing__item_volume') }}

),

weights as (

    select dept_id, item_id, 'revenue' as method, quantity, greatest(amount_yuan, 0) as weight from volumes
    union all
    select dept_id, item_id, 'points' as method, quantity, greatest(points, 0) as weight from volumes
    union all
    select
        volumes.dept_id,
        volumes.item_id,
        'equivalent' as method,
        volumes.quantity,
        cast(greatest(volumes.quantity * equivalents.equivalent, 0) as decimal(28, 8)) as weight
    from volumes
    cross join scope
    inner join {{ source('policy', 'item_equivalent') }} as equivalents
        on volumes.item_id = equivalents.item_id
        and {{ in_force('equivalents', 'scope.month_start') }}

),

weighted as (

    select
        weights.dept_id,
        weights.item_id,
        weights.method,
        weights.quantity,
        cast(weights.weight as decimal(28, 8)) as weight,
        pools.pool_yuan
    from weights
    inner join {{ ref('int_costing__item_pool') }} as pools on weights.dept_id = pools.dept_id
    where weights.weight > 0

),

split as (

    {{ largest_remainder(
        'weighted', 'pool_yuan', 'weight', partition_by=['method', 'dept_id'], order_by=['item_id'], weight_digits=8
    ) | indent(4) }}

),

-- Activities nobody did in the month get nothing: the others of the department share the pool.
activities as (

    select
        activity.dept_id,
        activity.activity_code,
        volumes.item_id,
        volumes.quantity,
        pools.pool_yuan,
        activity.resource_share,
        cast(drivers.driver_quantity * volumes.quantity as decimal(28, 8)) as weight
    from {{ source('policy', 'activity') }} as activity
    cross join scope
    inner join {{ source('policy', 'activity_driver') }} as drivers
        on activity.activity_code = drivers.activity_code
        and {{ in_force('drivers', 'scope.month_start') }}
    inner join volumes on activity.dept_id = volumes.dept_id and drivers.item_id = volumes.item_id
    inner join {{ ref('int_costing__item_pool') }} as pools on activity.dept_id = pools.dept_id
    where {{ in_force('activity', 'scope.month_start') }}
        and activity.resource_share > 0 and drivers.driver_quantity > 0 and volumes.quantity > 0

),

activity_costs as (

    {{ largest_remainder(
        '(select distinct dept_id, activity_code, pool_yuan, resource_share from activities) as distinct_activities',
        'pool_yuan', 'resource_share', partition_by=['dept_id'], order_by=['activity_code'], weight_digits=8
    ) | indent(4) }}

),

activity_items as (

    {{ largest_remainder(
        '(
            select activities.*, activity_costs.part as activity_yuan
            from activities
            inner join activity_costs
                on activities.dept_id = activity_costs.dept_id and activities.activity_code = activity_costs.activity_code
        ) as used', 'activity_yuan', 'weight', partition_by=['dept_id', 'activity_code'], order_by=['item_id'], weight_digits=8
    ) | indent(4) }}

),

shares as (

    select
        dept_id,
        item_id,
        method,
        quantity,
        cast(part as decimal(18, 2)) as cost_yuan
    from split
    union all
    select
        dept_id,
        item_id,
        'activity' as method,
        quantity,
        cast(sum(part) as decimal(18, 2)) as cost_yuan
    from activity_items
    group by dept_id, item_id, quantity

)

select * from shares
