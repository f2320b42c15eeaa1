-- What a department spends on its own services: before technology gives its cost on, so that no yuan is in two pools.
with department_cost as (

    select * from {{ ref('int_costing__department_cost') }}

),

departments as (

    select dept_id from {{ ref('int_conformed__department') }} where dept_class in ('clinical', 'medical_technology')

),

pools as (

    select
        department_cost.dept_id,
        cast(sum(department_cost.amount_yuan) as decimal(18, 2)) as pool_yuan
    from department_cost
    inner join departments on department_cost.dept_id = departments.dept_id
    where department_cost.is_in_scope
        and not department_cost.is_own_item
        and department_cost.stage <> 'technology'
    group by department_cost.dept_id

)

select * from pools
