with scope as (

    select * from {{ source('run', 'scope') }}

),

department_cost as (

    {{ lineage_sum('fct_department_cost', {'int_costing__department_cost': ref('int_costing__department_cost')}) }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        department_cost.dept_id,
        department_cost.service_setting,
        department_cost.cost_category,
        department_cost.stage,
        department_cost.cost_level,
        cast(department_cost.amount_yuan as decimal(18, 2)) as amount_yuan
    from department_cost
    cross join scope
    where department_cost.amount_yuan <> 0

)

select * from published
