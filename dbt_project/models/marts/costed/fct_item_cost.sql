with scope as (

    select * from {{ source('run', 'scope') }}

),

shares as (

    select * from {{ ref('int_costing__item_share') }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        shares.dept_id,
        shares.item_id,
        shares.method,
        shares.quantity,
        shares.cost_yuan,
        cast({{ divide_rounded('shares.cost_yuan', 'shares.quantity', 4) }} as decimal(18, 4)) as unit_cost_yuan,
        shares.method <> 'revenue' as is_informative
    from shares
    cross join scope

)

select * from published
