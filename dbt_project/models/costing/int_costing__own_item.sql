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

charges as (

    select * from {{ ref('int_conformed__charge') }}

),

foreign_lines as (

    select charges.batch_key, charges.source_row
    from charges
    inner join dispositions on charges.disposition_code = dispositions.disposition_code
    where charges.encounter_key is null

),

foreign_encounters as (

    select
        delivered.batch_key,
        delivered.source_row,
        delivered.encounter_id
    from {{ ref('stg_his__charge') }} as delivered
    inner join foreign_lines
        on delivered.batch_key = foreign_lines.batch_key and delivered.source_row = foreign_lines.source_row

),

own_lines as (

    select
        charges.is_inpatient,
        charges.encounter_key,
        foreign_encounters.encounter_id as foreign_encounter_id,
        charges.ordering_dept_key,
        own_items.cost_category,
        charges.amount_yuan,
        case
            when own_items.purchase_price is null then charges.amount_yuan
            else charges.quantity * own_items.purchase_price
        end as cost_yuan
    from charges
    inner join own_items on charges.item_period_key = own_items.item_period_key
    inner join dispositions on charges.disposition_code = dispositions.disposition_code
    left join foreign_encounters
        on charges.batch_key = foreign_encounters.batch_key and charges.source_row = foreign_encounters.source_row

),

per_encounter as (

    select
        is_inpatient,
        encounter_key,
        foreign_encounter_id,
        ordering_dept_key,
        cost_category,
        count(*) as line_count,
        cast(sum(amount_yuan) as decimal(38, 2)) as own_fee_yuan,
        cast(sum(cost_yuan) as decimal(38, 2)) as own_cost_yuan
    from own_lines
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
