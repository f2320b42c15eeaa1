with settings as (

    select
        settings.parameter_code,
        settings.value,
        settings.valid_from,
        lag(settings.value) over (partition by settings.parameter_code order by settings.valid_from) as value_before
    from {{ source('policy', 'parameter') }} as settings
    where settings.parameter_code in ('recognition_ratio', 'uncontrollable_ratio')

),

changes as (

    select
        settings.parameter_code,
        count(*) as change_count
    from settings
    cross join {{ source('run', 'scope') }} as scope
    where
        cast(settings.value as decimal(9, 6)) <> cast(settings.value_before as decimal(9, 6))
        and extract(year from settings.valid_from) = extract(year from scope.month_start)
    group by settings.parameter_code

),

findings as (

    select parameter_code || ' changed ' || change_count || ' times' as sample_key
    from changes
    where change_count > 1

),

checked as (

    select count(*) as checked_rows from settings

),

answer as (

    {{ gate_row('BON-08', hint=not_delivered(['performance_pool'])) }}

)

select * from answer
