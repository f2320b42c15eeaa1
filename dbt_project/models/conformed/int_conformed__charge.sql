-- The only detail of charges a run writes: integer keys and numbers, strings stay in the dimensions. Delivered charges are
-- named anew wherever they are read: an engine keeps a step that is used twice, and ten million rows of strings are dear.
with scope as (

    select month_start from {{ source('run', 'scope') }}

),

charges as (

    select
        batch_key,
        source_row,
        charge_id,
        encounter_type = 'inpatient' as is_inpatient,
        encounter_id,
        item_id,
        cast(booked_at as date) as booked_on,
        ordering_dept_id,
        executing_dept_id,
        nursing_dept_id,
        ordering_staff_id,
        executing_staff_id,
        quantity,
        amount as amount_yuan,
        reverses_charge_id
    from {{ ref('stg_his__charge') }}

),

encounters as (

    select true as is_inpatient, stay_id as encounter_id, stay_key as encounter_key from {{ ref('int_conformed__stay') }}
    union all
    select false as is_inpatient, visit_id as encounter_id, visit_key as encounter_key from {{ ref('int_conformed__visit') }}

),

unlisted_encounters as (

    select table_name = 'his_inpatient_stay' as is_inpatient
    from {{ source('run', 'delivery') }}
    where table_name in ('his_inpatient_stay', 'his_outpatient_visit') and not is_delivered

),

items as (

    select item_period_key, item_id, from_date, to_date from {{ ref('int_conformed__item_period') }}

),

departments as (

    select dept_key, dept_id from {{ ref('int_conformed__department') }}

),

staff as (

    select staff_key, staff_id from {{ ref('int_conformed__staff') }}

),

reversed_charges as (

    select distinct reverses_charge_id as charge_id
    from {{ ref('stg_his__charge') }}
    where reverses_charge_id is not null

),

originals_of_month as (

    select delivered.charge_id
    from {{ ref('stg_his__charge') }} as delivered
    inner join reversed_charges on delivered.charge_id = reversed_charges.charge_id

),

keyed as (

    select
        charges.batch_key,
        charges.source_row,
        charges.is_inpatient,
        encounters.encounter_key,
        items.item_period_key,
        ordering.dept_key as ordering_dept_key,
        executing.dept_key as executing_dept_key,
        nursing.dept_key as nursing_dept_key,
        ordering_staff.staff_key as ordering_staff_key,
        executing_staff.staff_key as executing_staff_key,
        charges.quantity,
        charges.amount_yuan,
        cast(
            case
                when items.item_period_key is null then 3
                when ordering.dept_key is null or executing.dept_key is null then 4
                when nursing.dept_key is null and charges.nursing_dept_id is not null then 4
                when charges.booked_on < scope.month_start then 1
                when encounters.encounter_key is not null or unlisted_encounters.is_inpatient is not null
                    then case when charges.reverses_charge_id is not null and originals_of_month.charge_id is null then 1 else 0 end
                when charges.reverses_charge_id is not null then 1
                else 2
            end as tinyint
        ) as disposition_code
    from charges
    cross join scope
    left join encounters
        on charges.is_inpatient = encounters.is_inpatient and charges.encounter_id = encounters.encounter_id
    left join unlisted_encounters on charges.is_inpatient = unlisted_encounters.is_inpatient
    left join items
        on charges.item_id = items.item_id
        and charges.booked_on >= items.from_date and charges.booked_on < items.to_date
    left join departments as ordering on charges.ordering_dept_id = ordering.dept_id
    left join departments as executing on charges.executing_dept_id = executing.dept_id
    left join departments as nursing on charges.nursing_dept_id = nursing.dept_id
    left join staff as ordering_staff on charges.ordering_staff_id = ordering_staff.staff_id
    left join staff as executing_staff on charges.executing_staff_id = executing_staff.staff_id
    left join originals_of_month on charges.reverses_charge_id = originals_of_month.charge_id

)

select * from keyed
