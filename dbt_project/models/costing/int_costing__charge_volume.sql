with volumes as (

    select
        charges.is_inpatient,
        charges.ordering_dept_key,
        charges.executing_dept_key,
        charges.item_period_key,
        count(*) as line_count,
        sum(charges.amount_yuan) as amount_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code
    where dispositions.is_used
    group by charges.is_inpatient, charges.ordering_dept_key, charges.executing_dept_key, charges.item_period_key

),

items as (

    select item_period_key, item_kind from {{ ref('int_conformed__item_period') }}

),

departments as (

    select dept_key, dept_id from {{ ref('int_conformed__department') }}

),

named as (

    select
        volumes.is_inpatient,
        ordering.dept_id as ordering_dept_id,
        executing.dept_id as executing_dept_id,
        items.item_kind,
        cast(sum(volumes.line_count) as bigint) as line_count,
        cast(sum(volumes.amount_yuan) as decimal(38, 2)) as amount_yuan
    from volumes
    inner join items on volumes.item_period_key = items.item_period_key
    inner join departments as ordering on volumes.ordering_dept_key = ordering.dept_key
    inner join departments as executing on volumes.executing_dept_key = executing.dept_key
    group by volumes.is_inpatient, ordering.dept_id, executing.dept_id, items.item_kind

)

select * from named
