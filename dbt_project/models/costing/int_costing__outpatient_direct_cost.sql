-- Departments without a setting of their own serve outpatients from the same cost: what technology spends is charged to its points.
with outpatient_cost as (

    select
        dept_id,
        cost_category,
        is_own_item as is_separately_charged,
        stage,
        cast(sum(amount_yuan) as decimal(18, 2)) as amount_yuan
    from {{ ref('int_costing__department_cost') }}
    where service_setting in ('outpatient', 'none') and is_in_scope
    group by dept_id, cost_category, is_own_item, stage

)

select * from outpatient_cost
