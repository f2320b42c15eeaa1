-- A late charge lies in a period before the month; its rates are those of that period.
with scope as (

    select * from {{ source('run', 'scope') }}

),

earlier_periods as (

    select
        periods.item_period_key,
        cast(date_trunc('month', periods.from_date) as date) as business_month
    from {{ ref('int_conformed__item_period') }} as periods
    cross join scope
    where periods.from_date < scope.month_start

),

late_charges as (

    select
        earlier_periods.business_month,
        departments.dept_id,
        charges.is_inpatient,
        charges.amount_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join earlier_periods on charges.item_period_key = earlier_periods.item_period_key
    inner join {{ ref('int_conformed__department') }} as departments on charges.ordering_dept_key = departments.dept_key
    inner join {{ ref('int_conformed__disposition') }} as dispositions
        on charges.disposition_code = dispositions.disposition_code
    where dispositions.is_used

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        late_charges.business_month,
        late_charges.dept_id,
        late_charges.is_inpatient,
        count(*) as line_count,
        cast(sum(late_charges.amount_yuan) as decimal(18, 2)) as amount_yuan
    from late_charges
    cross join scope
    group by scope.hospital_id, scope.month_start, late_charges.business_month, late_charges.dept_id, late_charges.is_inpatient

)

select * from published
