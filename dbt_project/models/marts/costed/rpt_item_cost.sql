-- The hospital's summary; its rows by department are fct_item_cost.
with published as (

    select
        hospital_id,
        month,
        item_id,
        method,
        cast(sum(quantity) as decimal(18, 4)) as quantity,
        cast(sum(cost_yuan) as decimal(18, 2)) as cost_yuan,
        cast({{ divide_rounded('sum(cost_yuan)', 'sum(quantity)', 4) }} as decimal(18, 4)) as unit_cost_yuan
    from {{ ref('fct_item_cost') }}
    group by hospital_id, month, item_id, method

)

select * from published
