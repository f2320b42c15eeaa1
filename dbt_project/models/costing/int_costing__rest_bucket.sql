-- Cost of the month that no stay of the month carries, by the reason why.
with rest as (

    select dept_id, 'beyond_level' as bucket, amount_yuan
    from {{ ref('int_costing__department_cost') }}
    where not is_in_scope
    union all
    select dept_id, case service_setting when 'outpatient' then 'outpatient' else 'not_allocated' end as bucket, amount_yuan
    from {{ ref('int_costing__department_cost') }}
    where is_in_scope and service_setting <> 'inpatient'
    union all
    select dept_id, 'unabsorbed' as bucket, pool_yuan as amount_yuan
    from {{ ref('int_costing__shared_pool') }}
    where pool = 'all_stages' and bed_days = 0
    union all
    select dept_id, 'prior_period' as bucket, own_cost_yuan as amount_yuan
    from {{ ref('int_costing__own_item') }}
    where is_inpatient and encounter_key is null

),

buckets as (

    select
        dept_id,
        bucket,
        cast(sum(amount_yuan) as decimal(18, 2)) as amount_yuan
    from rest
    group by dept_id, bucket

),

not_empty as (

    select * from buckets where amount_yuan <> 0

)

select * from not_empty
