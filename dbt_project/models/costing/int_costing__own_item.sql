-- Cost follows the purchase price of the day; rounding happens here, once per encounter, ordering department and category.
with own_items as (

    select
        item_period_key,
        fee_class,
        item_kind,
        purchase_price,
        case item_kind when 'drug' then 'C3' else 'C2' end as cost_category
    from {{ ref('int_conformed__item_period') }}
    where item_kind = 'drug' or (item_kind = 'material' and is_separately_charged)

),

departments as (

    select dept_key, dept_id from {{ ref('int_conformed__department') }}

),

dispositions as (

    select disposition_code from {{ ref('int_conformed__disposition') }} where is_used

),

-- Encounters that are not of this month have no key: their lines keep their address until the name is found. Sums stay exact.
summed as (

    select
        charges.is_inpatient,
        charges.encounter_key,
        case when charges.encounter_key is null then charges.batch_key end as batch_key,
        case when charges.encounter_key is null then charges.source_row end as source_row,
        charges.ordering_dept_key,
        own_items.cost_category,
        count(*) as line_count,
        sum(charges.amount_yuan) as fee_yuan,
        sum(
            case
                when own_items.purchase_price is null then charges.amount_yuan
                else charges.quantity * own_items.purchase_price
            end
        ) as exact_cost_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join own_items on charges.item_period_key = own_items.item_period_key
    inner join dispositions on charges.disposition_code = dispositions.disposition_code
    group by
        charges.is_inpatient, charges.encounter_key, case when charges.encounter_key is null then charges.batch_key end,
        case when charges.encounter_key is null then charges.source_row end, charges.ordering_dept_key, own_items.cost_category

),

strangers as (

    select summed.*, delivered.encounter_id as foreign_encounter_id
    from summed
    inner join {{ ref('stg_his__charge') }} as delivered
        on summed.batch_key = delivered.batch_key and summed.source_row = delivered.source_row
    where summed.encounter_key is null

),

per_encounter as (

    select
        is_inpatient,
        encounter_key,
        cast(null as varchar(200)) as foreign_encounter_id,
        ordering_dept_key,
        cost_category,
        line_count,
        cast(fee_yuan as decimal(18, 2)) as own_fee_yuan,
        cast(exact_cost_yuan as decimal(18, 2)) as own_cost_yuan
    from summed
    where encounter_key is not null
    union all
    select
        is_inpatient,
        encounter_key,
        foreign_encounter_id,
        ordering_dept_key,
        cost_category,
        cast(sum(line_count) as bigint) as line_count,
        cast(sum(fee_yuan) as decimal(18, 2)) as own_fee_yuan,
        cast(sum(exact_cost_yuan) as decimal(18, 2)) as own_cost_yuan
    from strangers
    group by is_inpatient, encounter_key, foreign_encounter_id, ordering_dept_key, cost_category

),

named as (

    select
        per_encounter.is_inpatient,
        per_encounter.encounter_key,
        per_encounter.foreign_encounter_id,
        departments.dept_id,
        per_encounter.cost_category,
        per_encounter.line_count,
        per_encounter.own_fee_yuan,
        per_encounter.own_cost_yuan
    from per_encounter
    inner join departments on per_encounter.ordering_dept_key = departments.dept_key

)

select * from named
