-- What a department spends on its own services: before technology gives its cost on, so that no yuan is in two pools.
with pools as (

    {{ lineage_sum('int_costing__item_pool', {
        'int_costing__department_cost': ref('int_costing__department_cost'), 'int_conformed__department': ref('int_conformed__department')
    }) }}

),

rounded as (

    select
        dept_id,
        cast(pool_yuan as decimal(18, 2)) as pool_yuan
    from pools

)

select * from rounded
