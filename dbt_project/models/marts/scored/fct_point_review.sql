{%- set outpatient = 'not volumes.is_inpatient' -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

items as (

    select
        items.item_id,
        max(items.item_name) as item_name,
        max(items.price) as price,
        max(case when items.has_points then items.judging_points + items.executing_points + items.nursing_points end) as unit_points,
        cast(coalesce(sum(volumes.quantity) filter (where {{ outpatient }}), 0) as decimal(18, 4)) as quantity,
        cast(sum(volumes.amount_yuan) as decimal(18, 2)) as charged_yuan
    from {{ ref('int_costing__charge_volume') }} as volumes
    inner join {{ ref('int_conformed__item_period') }} as items
        on volumes.item_period_key = items.item_period_key
    where volumes.is_used and items.item_kind = 'service'
    group by items.item_id

),

costs as (

    select
        costs.item_id,
        cast({{ divide_rounded(
            'cast(sum(costs.cost_yuan) as decimal(18, 2))', 'cast(sum(costs.quantity) as decimal(18, 4))', 4
        ) }} as decimal(18, 4)) as unit_cost_yuan
    from {{ ref('fct_item_cost') }} as costs
    where costs.method = {{ item_cost_method() }}
    group by costs.item_id

),

minutes as (

    select
        drivers.item_id,
        cast(sum(drivers.driver_quantity) as decimal(18, 4)) as unit_minutes
    from {{ source('policy', 'activity_driver') }} as drivers
    cross join decisions
    where {{ in_list('drivers.activity_code', 'activity.minutes') }} and {{ in_force('drivers', 'decisions.month') }}
    group by drivers.item_id

),

valued as (

    select
        items.*,
        minutes.unit_minutes,
        {{ parameter('market_point_price', 'decimal(18,6)') }} as market_point_price,
        cast({{ divide_rounded('minutes.unit_minutes', 'items.unit_points', 6) }} as decimal(18, 6)) as minutes_per_point,
        costs.unit_cost_yuan,
        pools.point_price_label,
        cast(items.quantity * cast(items.unit_points as decimal(20, 4)) as decimal(24, 4)) as points,
        cast({{ divide_rounded('items.price', 'items.unit_points', 6) }} as decimal(18, 6)) as price_per_point,
        cast({{ divide_rounded('costs.unit_cost_yuan', 'items.unit_points', 6) }} as decimal(18, 6)) as cost_per_point
    from items
    cross join {{ ref('int_scoring__size_pools') }} as pools
    left join costs
        on items.item_id = costs.item_id
    left join minutes
        on items.item_id = minutes.item_id

),

-- The mean a point stands for: what all items cost, or are priced at, over all their points.
compared as (

    select
        *,
        cast({{ divide_rounded(
            'cast(sum(cast(quantity as decimal(20, 4)) * unit_cost_yuan) filter (where points is not null) over () as decimal(38, 8))',
            'cast(sum(points) filter (where unit_cost_yuan is not null) over () as decimal(38, 4))', 6, 8
        ) }} as decimal(18, 6)) as mean_cost_per_point,
        cast({{ divide_rounded(
            'cast(sum(cast(quantity as decimal(20, 4)) * price) filter (where points is not null) over () as decimal(38, 8))',
            'cast(sum(points) filter (where price is not null) over () as decimal(38, 4))', 6, 8
        ) }} as decimal(18, 6)) as mean_price_per_point
    from valued

),

deviations as (

    select
        *,
        cast({{ divide_rounded('price_per_point', 'market_point_price', 6) }} - 1 as decimal(18, 6)) as market_deviation,
        cast({{ divide_rounded('cost_per_point', 'mean_cost_per_point', 6) }} - 1 as decimal(18, 6)) as cost_deviation,
        cast({{ divide_rounded('price_per_point', 'mean_price_per_point', 6) }} - 1 as decimal(18, 6)) as price_deviation
    from compared

),

published as (

    select
        decisions.hospital_id,
        decisions.month,
        deviations.*,
        deviations.unit_points is not null as has_points,
        case
            when deviations.cost_deviation is not null
                then cast(rank() over (order by abs(coalesce(deviations.cost_deviation, 0)) desc, deviations.item_id) as integer)
        end as deviation_rank,
        last_year.quantity as quantity_last_year,
        last_year.unit_points as unit_points_last_year,
        last_year.points as points_last_year,
        last_year.point_price_label as point_price_last_year
    from deviations
    cross join decisions
    left join {{ source('history', 'fct_point_review') }} as last_year
        on
            deviations.item_id = last_year.item_id
            and last_year.month = {{ dbt.dateadd('month', -12, 'decisions.month') }}

)

select * from published
