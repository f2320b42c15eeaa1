with direct_cost as (

    select * from {{ ref('int_costing__direct_cost') }}

),

postings as (

    select * from {{ ref('int_costing__allocation') }}

),

rows_of_stages as (

    select dept_id, service_setting, cost_category, cost_level, 'direct' as stage, is_own_item, amount_yuan
    from direct_cost
    union all
    select to_dept_id, to_service_setting, cost_category, cost_level, stage, false as is_own_item, amount_yuan
    from postings
    union all
    select from_dept_id, 'none' as service_setting, cost_category, cost_level, stage, false as is_own_item, -amount_yuan as amount_yuan
    from postings

),

department_cost as (

    select
        dept_id,
        service_setting,
        cost_category,
        cost_level,
        stage,
        is_own_item,
        cost_level <= {{ parameter('bonus_cost_level') }} as is_in_scope,
        cast(sum(amount_yuan) as decimal(38, 2)) as amount_yuan
    from rows_of_stages
    group by dept_id, service_setting, cost_category, cost_level, stage, is_own_item

),

not_empty as (

    select * from department_cost where amount_yuan <> 0

)

select * from not_empty
