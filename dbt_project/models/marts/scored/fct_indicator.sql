with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

measured as (

    select * from {{ ref('int_scoring__measure_cases') }}
    union all
    select * from {{ ref('int_scoring__measure_activity') }}

),

accumulated as (

    {{ accumulated_indicators('measured') }}

),

whole as (

    select * from measured
    union all
    select * from accumulated

),

complete as (

    select * from whole
    union all
    {{ compared_indicators('whole') }}

),

definitions as (

    select
        indicators.indicator_code,
        indicators.dimension,
        indicators.direction,
        indicators.definition_version,
        indicators.classes,
        definitions.basis,
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

composed as (

    select
        *,
        cast(numerator as decimal(38, 6)) as value
    from (
        {{ composed_indicators('valued') }}
    ) as composites

),

published as (

    select * from valued
    union all
    select * from composed

),

indicators as (

    select
        decisions.hospital_id,
        decisions.month,
        published.level,
        published.subject_id,
        published.indicator_code,
        published.numerator,
        published.denominator,
        published.value,
        targets.target,
        targets.target_floor,
        targets.target_weight,
        targets.is_veto,
        case
            when definitions.direction = 'higher' then published.value >= targets.target
            else published.value <= targets.target
        end as is_attained,
        cast(case
            when targets.target is null or published.value is null then null
            when definitions.direction = 'higher'
                then least({{ divide_rounded('published.value', 'targets.target', 6) }}, decisions.completion_cap)
            when published.value <= 0 then decisions.completion_cap
            else least({{ divide_rounded('targets.target', 'published.value', 6) }}, decisions.completion_cap)
        end as decimal(18, 6)) as attainment,
        definitions.dimension,
        definitions.direction,
        definitions.definition_version,
        definitions.basis,
        definitions.population,
        definitions.numerator_name,
        definitions.denominator_name,
        published.n_rows_hash
    from published
    inner join definitions
        on published.indicator_code = definitions.indicator_code
    left join {{ ref('int_scoring__set_targets') }} as targets
        on
            published.level = targets.level
            and published.subject_id = targets.subject_id
            and published.indicator_code = targets.indicator_code
    cross join decisions

)

select * from indicators
