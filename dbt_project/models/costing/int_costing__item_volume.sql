with items as (

    select item_period_key, item_id, judging_points + executing_points + nursing_points as points
    from {{ ref('int_conformed__item_period') }}
    where item_kind = 'service'

),

volumes as (

    select
        charges.executing_dept_id as dept_id,
        items.item_id,
        cast(sum(charges.quantity) as decimal(18, 4)) as quantity,
        cast(sum(charges.amount_yuan) as decimal(18, 2)) as amount_yuan,
        cast(sum(cast(charges.quantity as decimal(18, 4)) * items.points) as decimal(18, 4)) as points
    from {{ ref('int_costing__charge_volume') }} as charges
    inner join items on charges.item_period_key = items.item_period_key
    where charges.is_used
    group by charges.executing_dept_id, items.item_id

)

select * from volumes
