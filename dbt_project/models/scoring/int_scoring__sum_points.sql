-- The only pass over the charges of the month in this area.
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

charges as (

    select
        is_inpatient,
        item_period_key,
        ordering_dept_key,
        ordering_staff_key,
        executing_dept_key,
        executing_staff_key,
        coalesce(nursing_dept_key, executing_dept_key) as nursing_dept_key,
        quantity
    from {{ ref('int_conformed__charge') }}
    where
        disposition_code in (0, 1)
        and (
            not is_inpatient
            or (select has_technology_inpatient_points from decisions)
            or (select coalesce(bool_or(earns_inpatient_points), false) from {{ ref('int_scoring__assign_scheme') }})
        )

),

items as (

    select
        item_period_key,
        judging_points,
        executing_points,
        nursing_points
    from {{ ref('int_conformed__item_period') }}
    where has_points

),

summed as (

    select
        charges.is_inpatient,
        charges.ordering_dept_key,
        charges.ordering_staff_key,
        charges.executing_dept_key,
        charges.executing_staff_key,
        charges.nursing_dept_key,
        sum(charges.quantity * items.judging_points) as judging_points,
        sum(charges.quantity * items.executing_points) as executing_points,
        sum(charges.quantity * items.nursing_points) as nursing_points
    from charges
    inner join items
        on charges.item_period_key = items.item_period_key
    group by
        charges.is_inpatient,
        charges.ordering_dept_key,
        charges.ordering_staff_key,
        charges.executing_dept_key,
        charges.executing_staff_key,
        charges.nursing_dept_key

)

select * from summed
