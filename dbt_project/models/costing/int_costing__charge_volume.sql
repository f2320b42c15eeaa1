-- Kinds of item are joined before the sum, so that the sum has few groups however many items there are.
with items as (

    select item_period_key, item_kind from {{ ref('int_conformed__item_period') }}

),

departments as (

    select dept_key, dept_id from {{ ref('int_conformed__department') }}

),

volumes as (

    select
        charges.is_inpatient,
        charges.ordering_dept_key,
        charges.executing_dept_key,
        items.item_kind,
        count(*) as line_count,
        cast(sum(charges.amount_yuan) as decimal(38, 2)) as amount_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code
    inner join items on charges.item_period_key = items.item_period_key
    where dispositions.is_used
    group by charges.is_inpatient, charges.ordering_dept_key, charges.executing_dept_key, items.item_kind

),

named as (

    select
        volumes.is_inpatient,
        ordering.dept_id as ordering_dept_id,
        executing.dept_id as executing_dept_id,
        volumes.item_kind,
        volumes.line_count,
        volumes.amount_yuan
    from volumes
    inner join departments as ordering on volumes.ordering_dept_key = ordering.dept_key
    inner join departments as executing on volumes.executing_dept_key = executing.dept_key

)

select * from named
