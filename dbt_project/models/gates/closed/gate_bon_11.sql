with unpriced as (

    select
        item_period_key,
        item_id
    from {{ ref('int_conformed__item_period') }}
    where item_kind = 'service' and not has_points

),

lines as (

    select
        unpriced.item_id,
        sum(charges.amount_yuan) as amount_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join unpriced
        on charges.item_period_key = unpriced.item_period_key
    where not charges.is_inpatient and charges.disposition_code in (0, 1)
    group by unpriced.item_id

),

findings as (

    select
        item_id as sample_key,
        amount_yuan
    from lines

),

checked as (

    select count(distinct item_id) as checked_rows
    from {{ ref('int_conformed__item_period') }}
    where item_kind = 'service'

),

answer as (

    {{ gate_row('BON-11', amount='amount_yuan', hint=not_delivered(['performance_pool', 'his_charge', 'his_item'])) }}

)

select * from answer
