with summed as (

    {{ lineage_sum('int_costing__department_cost', {
        'int_costing__direct_cost': ref('int_costing__direct_cost'), 'int_costing__allocation': ref('int_costing__allocation')
    }) }}

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
        cast(amount_yuan as decimal(38, 2)) as amount_yuan
    from summed
    where amount_yuan <> 0

)

select * from department_cost
