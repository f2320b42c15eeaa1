-- All lines of the month in a few thousand rows; what asks for volumes reads these instead of the lines.
with departments as (

    select dept_key, dept_id from {{ ref('int_conformed__department') }}

),

volumes as (

    select
        is_inpatient,
        ordering_dept_key,
        executing_dept_key,
        nursing_dept_key,
        item_period_key,
        disposition_code,
        count(*) as line_count,
        cast(sum(quantity) as decimal(38, 4)) as quantity,
        cast(sum(amount_yuan) as decimal(38, 2)) as amount_yuan,
        cast(sum(abs(amount_yuan)) as decimal(38, 2)) as absolute_yuan
    from {{ ref('int_conformed__charge') }}
    group by is_inpatient, ordering_dept_key, executing_dept_key, nursing_dept_key, item_period_key, disposition_code

),

named as (

    select
        volumes.is_inpatient,
        volumes.ordering_dept_key,
        ordering.dept_id as ordering_dept_id,
        volumes.executing_dept_key,
        executing.dept_id as executing_dept_id,
        volumes.nursing_dept_key,
        volumes.item_period_key,
        items.item_kind,
        volumes.disposition_code,
        dispositions.is_used,
        volumes.line_count,
        volumes.quantity,
        volumes.amount_yuan,
        volumes.absolute_yuan
    from volumes
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on volumes.disposition_code = dispositions.disposition_code
    left join departments as ordering on volumes.ordering_dept_key = ordering.dept_key
    left join departments as executing on volumes.executing_dept_key = executing.dept_key
    left join {{ ref('int_conformed__item_period') }} as items on volumes.item_period_key = items.item_period_key

)

select * from named
