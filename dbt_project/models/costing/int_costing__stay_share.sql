with days as (

    select
        pools.dept_id,
        pools.pool,
        pools.pool_yuan,
        ward_days.stay_id,
        ward_days.days_in_month
    from {{ ref('int_costing__shared_pool') }} as pools
    inner join {{ ref('int_conformed__ward_day') }} as ward_days on pools.dept_id = ward_days.dept_id
    where ward_days.days_in_month > 0

),

split as (

    {{ largest_remainder(
        'days', 'pool_yuan', 'days_in_month', partition_by=['pool', 'dept_id'], order_by=['stay_id'], weight_digits=0
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
