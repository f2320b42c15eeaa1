-- Stays share by bed days, by the minutes they were in the ward, or by the workload points of the services they were ordered;
-- a ward where no stay has a minute or a point by bed days. Minutes count stays without a midnight too.
with driver as (

    select {{ parameter('case_share_driver') }} as driver_code

),

points as (

    select
        stays.stay_id,
        charges.dept_id,
        greatest(sum(charges.points), 0) as points
    from {{ ref('int_costing__stay_charge') }} as charges
    inner join {{ ref('int_conformed__stay') }} as stays on charges.stay_key = stays.stay_key
    where charges.points <> 0
    group by stays.stay_id, charges.dept_id

),

days as (

    select
        pools.dept_id,
        pools.pool,
        pools.pool_yuan,
        ward_days.stay_id,
        ward_days.days_in_month,
        case driver.driver_code
            when 'minutes' then ward_days.minutes_in_month
            when 'workload_points' then coalesce(points.points, 0)
            else ward_days.days_in_month
        end as measure
    from {{ ref('int_costing__shared_pool') }} as pools
    cross join driver
    inner join {{ ref('int_conformed__ward_day') }} as ward_days on pools.dept_id = ward_days.dept_id
    left join points on ward_days.stay_id = points.stay_id and ward_days.dept_id = points.dept_id
    where pools.bed_days > 0
        and (ward_days.days_in_month > 0 or (driver.driver_code = 'minutes' and ward_days.minutes_in_month > 0))

),

weighted as (

    select
        dept_id,
        pool,
        pool_yuan,
        stay_id,
        days_in_month,
        cast(
            case when sum(measure) over (partition by pool, dept_id) > 0 then measure else days_in_month end as decimal(28, 4)
        ) as weight
    from days

),

split as (

    {{ largest_remainder(
        'weighted', 'pool_yuan', 'weight', partition_by=['pool', 'dept_id'], order_by=['stay_id'], weight_digits=4
    ) | indent(4) }}

),

shares as (

    select
        stay_id,
        dept_id,
        days_in_month,
        cast(sum(case pool when 'all_stages' then part else 0 end) as decimal(38, 2)) as shared_cost_yuan,
        cast(sum(case pool when 'direct_stage' then part else 0 end) as decimal(38, 2)) as shared_direct_cost_yuan
    from split
    group by stay_id, dept_id, days_in_month

)

select * from shares
