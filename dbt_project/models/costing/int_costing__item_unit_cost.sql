-- A department whose items have no cost by the chosen method falls back to its revenue.
with chosen as (

    select {{ item_cost_method() }} as method

),

ranked as (

    select
        shares.*,
        dense_rank() over (
            partition by shares.dept_id order by case when shares.method = chosen.method then 1 else 2 end
        ) as preference
    from {{ ref('int_costing__item_share') }} as shares
    inner join chosen on shares.method in (chosen.method, 'revenue')

),

unit_costs as (

    select
        departments.dept_key as executing_dept_key,
        items.item_period_key,
        cast({{ divide_rounded('ranked.cost_yuan', 'ranked.quantity', 12) }} as decimal(20, 12)) as unit_cost_yuan
    from ranked
    inner join {{ ref('int_conformed__department') }} as departments on ranked.dept_id = departments.dept_id
    inner join {{ ref('int_conformed__item_period') }} as items on ranked.item_id = items.item_id
    where ranked.preference = 1 and ranked.quantity <> 0

)

select * from unit_costs
