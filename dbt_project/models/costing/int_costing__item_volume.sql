with items as (

    select item_period_key, item_id, judging_points + executing_points + nursing_points as points
    from {{ ref('int_conformed__item_period') }}
    where item_kind = 'service'

),

departments as (

    select dept_key, dept_id from {{ ref('int_conformed__department') }}

),

used as (

    select
        charges.executing_dept_key,
        charges.item_period_key,
        sum(charges.quantity) as quantity,
        sum(charges.amount_yuan) as amount_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code
    where dispositions.is_used
    group by charges.executing_dept_key, charges.item_period_key

),

volumes as (

    select
        departments.dept_id,
        items.item_id,
        cast(sum(used.quantity) as decimal(18, 4)) as quantity,
        cast(sum(used.amount_yuan) as decimal(18, 2)) as amount_yuan,
        cast(sum(used.quantity * items.points) as decimal(18, 4)) as points
    from used
    inner join items on used.item_period_key = items.item_period_key
    inner join departments on used.executing_dept_key = departments.dept_key
    group by departments.dept_id, items.item_id

)

select * from volumes
