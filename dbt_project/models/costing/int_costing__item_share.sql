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

shares as (

    select
        dept_id,
        item_id,
        method,
        quantity,
        cast(part as decimal(18, 2)) as cost_yuan
    from split

)

select * from shares
