with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

measured as (

    select * from {{ ref('int_scoring__measure_cases') }}
    union all
    select * from {{ ref('int_scoring__measure_activity') }}

),

growth_definitions as (

    {{ indicator_definitions('growth') }}

),

-- What this month's cases would have come to at last year's value is what growth is measured against.
compared as (

    select
        measured.level,
        measured.subject_id,
        growth_definitions.indicator_code,
        measured.numerator,
        cast(case
            when measured.is_count then last_year.numerator
            else {{ divide_rounded(
                'cast(cast(last_year.numerator as decimal(20, 6)) * cast(measured.denominator as decimal(18, 6)) as decimal(38, 6))',
                'cast(last_year.denominator as decimal(20, 6))', 6
            ) }}
        end as decimal(38, 12)) as denominator,
        false as is_count,
        measured.n_rows_hash
    from measured
    inner join growth_definitions
        on measured.indicator_code = growth_definitions.numerator
    cross join decisions
    inner join {{ source('history', 'fct_indicator') }} as last_year
        on
            measured.level = last_year.level
            and measured.subject_id = last_year.subject_id
            and measured.indicator_code = last_year.indicator_code
    where last_year.month = {{ dbt.dateadd('month', -12, 'decisions.month') }}

),

complete as (

    select * from measured
    union all
    select
        level,
        subject_id,
        indicator_code,
        numerator - denominator as numerator,
        denominator,
        is_count,
        n_rows_hash
    from compared

),

definitions as (

    select
        indicators.indicator_code,
        indicators.dimension,
        indicators.direction,
        indicators.definition_version,
        indicators.classes,
        definitions.population,
        definitions.numerator as numerator_name,
        definitions.denominator as denominator_name
    from {{ source('policy', 'indicator') }} as indicators
    inner join decisions
        on {{ in_force('indicators', 'decisions.month') }}
    left join {{ source('policy', 'indicator_definition') }} as definitions
        on
            indicators.indicator_code = definitions.indicator_code
            and indicators.definition_version = definitions.definition_version
            and {{ in_force('definitions', 'decisions.month') }}

),

valued as (

    select
        complete.*,
        cast(
            case
                when complete.is_count then complete.numerator
                else {{ divide_rounded('complete.numerator', 'complete.denominator', 6, 12) }}
            end as decimal(38, 6)
        ) as value
    from complete

),

indicators as (

    select
        decisions.hospital_id,
        decisions.month,
        valued.level,
        valued.subject_id,
        valued.indicator_code,
        valued.numerator,
        valued.denominator,
        valued.value,
        targets.target,
        targets.target_floor,
        targets.target_weight,
        targets.is_veto,
        case
            when definitions.direction = 'higher' then valued.value >= targets.target
            else valued.value <= targets.target
        end as is_attained,
        cast(case
            when targets.target is null or valued.value is null then null
            when definitions.direction = 'higher'
                then least({{ divide_rounded('valued.value', 'targets.target', 6) }}, decisions.completion_cap)
            when valued.value <= 0 then decisions.completion_cap
            else least({{ divide_rounded('targets.target', 'valued.value', 6) }}, decisions.completion_cap)
        end as decimal(18, 6)) as attainment,
        definitions.dimension,
        definitions.direction,
        definitions.definition_version,
        definitions.population,
        definitions.numerator_name,
        definitions.denominator_name,
        valued.n_rows_hash
    from valued
    inner join definitions
        on valued.indicator_code = definitions.indicator_code
    left join {{ ref('int_scoring__set_targets') }} as targets
        on
            valued.level = targets.level
            and valued.subject_id = targets.subject_id
            and valued.indicator_code = targets.indicator_code
    cross join decisions

)

select * from indicators
