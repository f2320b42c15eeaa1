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

indicators as (

    select
        decisions.hospital_id,
        decisions.month,
        measured.level,
        measured.subject_id,
        measured.indicator_code,
        measured.numerator,
        measured.denominator,
        cast(
            case
                when measured.is_count then measured.numerator
                else {{ divide_rounded('measured.numerator', 'measured.denominator', 6, 12) }}
            end as decimal(38, 6)
        ) as value,
        definitions.dimension,
        definitions.direction,
        definitions.definition_version
    from measured
    inner join definitions
        on measured.indicator_code = definitions.indicator_code
    cross join decisions

)

select * from indicators
