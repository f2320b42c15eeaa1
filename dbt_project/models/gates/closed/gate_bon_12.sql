with limits as (

    select {{ parameter('manual_adjustment_limit', 'decimal(9,6)') }} as adjustment_limit

),

adjusted as (

    select * from {{ ref('int_scoring__adjust_staff') }}
    where manual_adjustment_yuan <> 0

),

findings as (

    select
        {{ address('performance_staff', "submitted.dept_id || '/' || submitted.staff_id", 'submitted') }} as sample_key,
        abs(adjusted.manual_adjustment_yuan) as adjustment_yuan
    from adjusted
    inner join {{ ref('stg_performance__staff') }} as submitted
        on
            adjusted.dept_id = submitted.dept_id
            and adjusted.staff_id = submitted.staff_id
    cross join limits
    where
        coalesce(submitted.adjustment_reason, '') = ''
        or abs(adjusted.manual_adjustment_yuan) > abs(adjusted.share_yuan) * limits.adjustment_limit

),

checked as (

    select count(*) as checked_rows from {{ ref('int_scoring__adjust_staff') }}

),

answer as (

    {{ gate_row('BON-12', amount='adjustment_yuan', hint=not_delivered(['performance_pool', 'his_staff', 'performance_staff'])) }}

)

select * from answer
