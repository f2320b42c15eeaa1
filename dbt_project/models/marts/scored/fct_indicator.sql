with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

measured as (

    select * from {{ ref('int_scoring__measure_cases') }}
    union all
    select * from {{ ref('int_scoring__measure_activity') }}

),

definitions as (

    select
        definitions.indicator_code,
        definitions.dimension,
        definitions.direction,
        definitions.definition_version
    from {{ source('policy', 'indicator') }} as definitions
    inner join decisions
        on {{ in_force('definitions', 'decisions.month') }}

),

valued as (

    select
        measured.*,
        cast(
            case
                when measured.is_count then measured.numerator
                else {{ divide_rounded('measured.numerator', 'measured.denominator', 6, 12) }}
            end as decimal(38, 6)
        ) as value
    from measured

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
        definitions.definition_version
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
