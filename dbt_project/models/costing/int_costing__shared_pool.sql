-- Twice the same split: all stages, and the direct stage alone for hospitals that charge only direct cost to their wards.
with pools as (

    select
        dept_id,
        'all_stages' as pool,
        sum(amount_yuan) as pool_yuan
    from {{ ref('int_costing__department_cost') }}
    where service_setting = 'inpatient' and is_in_scope and not is_own_item
    group by dept_id
    union all
    select
        dept_id,
        'direct_stage' as pool,
        sum(amount_yuan) as pool_yuan
    from {{ ref('int_costing__department_cost') }}
    where service_setting = 'inpatient' and is_in_scope and not is_own_item and stage = 'direct'
    group by dept_id

),

bed_days as (

    select
        dept_id,
        sum(days_in_month) as bed_days
    from {{ ref('int_conformed__ward_day') }}
    group by dept_id

),

pools_with_days as (

    select
        pools.dept_id,
        pools.pool,
        cast(pools.pool_yuan as decimal(38, 2)) as pool_yuan,
        coalesce(bed_days.bed_days, 0) as bed_days
    from pools
    left join bed_days on pools.dept_id = bed_days.dept_id

)

select * from pools_with_days
