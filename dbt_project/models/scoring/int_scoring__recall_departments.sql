{%- set is_smoothed = 'closings.month >= ' ~ dbt.dateadd('month', -3, 'decisions.month') -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

published as (

    select
        dept_id,
        month,
        bonus_yuan,
        carried_balance_yuan
    from {{ source('history', 'fct_department_bonus') }}

),

openings as (

    select
        subject_id as dept_id,
        month,
        measure_code,
        amount
    from {{ ref('stg_performance__opening') }}
    where measure_code in ('department_bonus', 'carried_balance')

),

-- Balances handed over at go-live stand for months that were never published.
closings as (

    select
        coalesce(published.dept_id, openings.dept_id) as dept_id,
        coalesce(published.month, openings.month) as month,
        coalesce(published.bonus_yuan, openings.bonus_yuan) as bonus_yuan,
        coalesce(published.carried_balance_yuan, openings.carried_balance_yuan) as carried_balance_yuan,
        published.dept_id is not null as is_published
    from published
    full join (
        select
            dept_id,
            month,
            max(amount) filter (where measure_code = 'department_bonus') as bonus_yuan,
            max(amount) filter (where measure_code = 'carried_balance') as carried_balance_yuan
        from openings
        group by
            dept_id,
            month
    ) as openings
        on
            published.dept_id = openings.dept_id
            and published.month = openings.month

),

recalled as (

    select
        closings.dept_id,
        cast(sum(closings.bonus_yuan) filter (where {{ is_smoothed }}) as decimal(18, 2)) as bonus_sum_yuan,
        count(closings.bonus_yuan) filter (where {{ is_smoothed }}) as bonus_months,
        cast(coalesce(sum(closings.bonus_yuan) filter (
            where extract(year from closings.month) = extract(year from decisions.month)
        ), 0) as decimal(18, 2)) as year_bonus_yuan,
        cast(coalesce(sum(closings.carried_balance_yuan) filter (
            where closings.month = {{ dbt.dateadd('month', -1, 'decisions.month') }}
        ), 0) as decimal(18, 2)) as opening_balance_yuan,
        coalesce(max(case when closings.is_published then 1 else 0 end) filter (
            where closings.month = {{ dbt.dateadd('month', -1, 'decisions.month') }}
        ), 0) = 1 as is_opening_published
    from closings
    cross join decisions
    where closings.month < decisions.month
    group by closings.dept_id

)

select * from recalled
