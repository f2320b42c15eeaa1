-- Departments without a setting of their own serve outpatients from the same cost: what technology spends is charged to its points.
with outpatient_cost as (

    {{ lineage_sum('int_costing__outpatient_direct_cost', {'int_costing__department_cost': ref('int_costing__department_cost')}) }}

),

rounded as (

    select
        dept_id,
        cost_category,
        is_separately_charged,
        stage,
        cast(amount_yuan as decimal(18, 2)) as amount_yuan
    from outpatient_cost

)

select * from rounded
