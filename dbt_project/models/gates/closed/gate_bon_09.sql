with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

pools as (

    select * from {{ ref('int_scoring__size_pools') }}

),

findings as (

    select 'inpatient pool ' || pools.inpatient_pool_yuan || ' over income ' || pools.income_yuan as sample_key
    from pools
    cross join decisions
    where
        pools.inpatient_pool_yuan is not null
        and (
            pools.income_yuan <= 0
            or pools.inpatient_factor < decisions.adjustment_minimum
            or pools.inpatient_factor > decisions.adjustment_maximum
        )

),

checked as (

    select
        count(*) as checked_rows,
        max(inpatient_factor) as inpatient_factor
    from pools

),

answer as (

    {{ gate_row('BON-09', figure='checked.inpatient_factor', hint=not_delivered(['performance_pool'])) }}

)

select * from answer
