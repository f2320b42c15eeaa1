-- Levels come from logarithms, rounded to six decimals before anything is summed: no money depends on the decimals after them.
with decisions as (

    select
        month,
        {{ parameter('risk_level_benchmark') }} as benchmark,
        {{ parameter('risk_level_log') }} = 'true' as is_logarithmic,
        {{ parameter('risk_level_ddof', 'decimal(2,0)') }} as ddof,
        {{ parameter('risk_level_minimum_cases', 'integer') }} as minimum_cases
    from {{ ref('int_scoring__read_decisions') }}

),

rates as (

    select
        deaths.scheme,
        deaths.version,
        deaths.group_code,
        decisions.ddof,
        cast(case
            when deaths.death_count = 0 then null
            when decisions.is_logarithmic then ln(deaths.death_count * cast(1 as decimal(18, 6)) / deaths.case_count)
            else deaths.death_count * cast(1 as decimal(18, 6)) / deaths.case_count
        end as decimal(12, 6)) as rate
    from {{ source('policy', 'group_mortality') }} as deaths
    inner join decisions
        on
            deaths.benchmark = decisions.benchmark
            and deaths.case_count >= decisions.minimum_cases
            and {{ in_force('deaths', 'decisions.month') }}

),

moments as (

    select
        scheme,
        version,
        cast(count(rate) as decimal(9, 0)) as rated_groups,
        max(ddof) as ddof,
        cast(sum(rate) as decimal(19, 6)) as rate_sum,
        cast(sum(cast(rate as decimal(19, 6)) * rate) as decimal(24, 12)) as square_sum
    from rates
    group by
        scheme,
        version

),

spreads as (

    select
        scheme,
        version,
        cast({{ divide_rounded('rate_sum', 'rated_groups', 6) }} as decimal(12, 6)) as mean_rate,
        cast(sqrt({{ divide_rounded(
            'rated_groups * square_sum - rate_sum * rate_sum', 'rated_groups * (rated_groups - ddof)', 12, 12
        ) }}) as decimal(12, 6)) as rate_deviation
    from moments

),

levels as (

    select
        rates.scheme,
        rates.version,
        rates.group_code,
        spreads.mean_rate,
        spreads.rate_deviation,
        case
            when rates.rate is null then 0
            when rates.rate < spreads.mean_rate - spreads.rate_deviation then 1
            when rates.rate < spreads.mean_rate then 2
            when rates.rate < spreads.mean_rate + spreads.rate_deviation then 3
            when rates.rate is not null and spreads.rate_deviation is not null then 4
        end as risk_level
    from rates
    inner join spreads
        on
            rates.scheme = spreads.scheme
            and rates.version = spreads.version

)

select * from levels
