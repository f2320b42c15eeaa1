with item_cost as (

    select
        dept_id,
        method,
        sum(cost_yuan) as cost_yuan
    from {{ ref('fct_item_cost') }}
    group by dept_id, method

),

pools as (

    select * from {{ ref('int_costing__item_pool') }}

),

compared as (

    select
        item_cost.dept_id,
        item_cost.method,
        item_cost.cost_yuan - coalesce(pools.pool_yuan, 0) as difference_yuan
    from item_cost
    left join pools on item_cost.dept_id = pools.dept_id

),

findings as (

    select
        dept_id || ' ' || method || ' ' || difference_yuan as sample_key,
        abs(difference_yuan) as difference_yuan
    from compared
    where difference_yuan <> 0

),

without_items as (

    select coalesce(sum(pools.pool_yuan), 0) as amount_yuan
    from pools
    left join item_cost on pools.dept_id = item_cost.dept_id
    where item_cost.dept_id is null

),

checked as (

    select
        (select count(*) from compared) as checked_rows,
        without_items.amount_yuan as without_items_yuan
    from without_items

),

answer as (

    {{ gate_row(
        'COST-07', amount='difference_yuan', figure='checked.without_items_yuan',
        hint="case when checked.checked_rows = 0 then coalesce(" ~ not_delivered(['his_charge', 'his_item']) ~ ", 'not_applicable:his_charge') end"
    ) }}

)

select * from answer
