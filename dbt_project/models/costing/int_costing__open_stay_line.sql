-- The fen of own cost are those of the encounter, department and category; fee classes only divide them.
with open_stays as (

    select stay_key, stay_id from {{ ref('int_conformed__stay') }} where is_open

),

sums as (

    select
        open_stays.stay_id,
        charges.*,
        coalesce(cast(charges.fee_yuan as decimal(18, 2)) * cast(ratios.cost_to_charge as decimal(20, 12)), 0) as cost_to_income_yuan
    from {{ ref('int_costing__stay_charge') }} as charges
    inner join open_stays on charges.stay_key = open_stays.stay_key
    left join {{ ref('int_costing__service_unit_cost') }} as ratios
        on charges.own_category = ratios.own_category and charges.unit_code = ratios.unit_code

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

    select
        stay_id, dept_id, fee_class, item_kind, line_count, fee_yuan, fee_yuan as own_fee_yuan, part as own_cost_yuan,
        0 as service_cost_yuan, cost_to_income_yuan as cost_to_income_own_yuan, 0 as cost_to_income_shared_yuan
    from own_split
    union all
    select
        stay_id, dept_id, fee_class, item_kind, line_count, fee_yuan, 0 as own_fee_yuan, 0 as own_cost_yuan,
        service_cost_yuan, 0 as cost_to_income_own_yuan, cost_to_income_yuan as cost_to_income_shared_yuan
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
        cast(sum(own_cost_yuan) as decimal(38, 2)) as own_cost_yuan,
        cast(sum(service_cost_yuan) as decimal(38, 2)) as bottom_up_shared_yuan,
        cast(sum(cost_to_income_own_yuan) as decimal(38, 2)) as cost_to_income_own_yuan,
        cast(sum(cost_to_income_shared_yuan) as decimal(38, 2)) as cost_to_income_shared_yuan
    from lines
    group by stay_id, dept_id, fee_class, item_kind

)

select * from open_stay_lines
