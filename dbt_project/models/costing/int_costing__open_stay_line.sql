-- The fen of own cost are those of the encounter, department and category; fee classes only divide them.
with open_stays as (

    select stay_key, stay_id from {{ ref('int_conformed__stay') }} where is_open

),

items as (

    select
        item_period_key,
        fee_class,
        item_kind,
        purchase_price,
        case when item_kind = 'drug' then 'C3' when item_kind = 'material' and is_separately_charged then 'C2' else '' end as own_category
    from {{ ref('int_conformed__item_period') }}

),

sums as (

    select
        open_stays.stay_id,
        open_stays.stay_key,
        departments.dept_id,
        items.fee_class,
        items.item_kind,
        items.own_category,
        count(*) as line_count,
        sum(charges.amount_yuan) as fee_yuan,
        sum(
            case when items.purchase_price is null then charges.amount_yuan else charges.quantity * items.purchase_price end
        ) as exact_cost_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join open_stays on charges.is_inpatient and charges.encounter_key = open_stays.stay_key
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code and dispositions.is_used
    inner join items on charges.item_period_key = items.item_period_key
    inner join {{ ref('int_conformed__department') }} as departments on charges.ordering_dept_key = departments.dept_key
    group by
        open_stays.stay_id, open_stays.stay_key, departments.dept_id, items.fee_class, items.item_kind, items.own_category

),

own_sums as (

    select sums.*, own_items.own_cost_yuan
    from sums
    inner join {{ ref('int_costing__own_item') }} as own_items
        on own_items.is_inpatient
        and sums.stay_key = own_items.encounter_key
        and sums.dept_id = own_items.dept_id
        and sums.own_category = own_items.cost_category

),

own_split as (

    {{ largest_remainder(
        'own_sums', 'own_cost_yuan', 'exact_cost_yuan',
        partition_by=['stay_id', 'dept_id', 'own_category'], order_by=['fee_class', 'item_kind'], weight_digits=8
    ) | indent(4) }}

),

lines as (

    select stay_id, dept_id, fee_class, item_kind, line_count, fee_yuan, fee_yuan as own_fee_yuan, part as own_cost_yuan
    from own_split
    union all
    select stay_id, dept_id, fee_class, item_kind, line_count, fee_yuan, 0 as own_fee_yuan, 0 as own_cost_yuan
    from sums
    where own_category = ''

),

open_stay_lines as (

    select
        stay_id,
        dept_id,
        fee_class,
        item_kind,
        cast(sum(line_count) as bigint) as line_count,
        cast(sum(fee_yuan) as decimal(38, 2)) as fee_yuan,
        cast(sum(own_fee_yuan) as decimal(38, 2)) as own_fee_yuan,
        cast(sum(own_cost_yuan) as decimal(38, 2)) as own_cost_yuan
    from lines
    group by stay_id, dept_id, fee_class, item_kind

)

select * from open_stay_lines
