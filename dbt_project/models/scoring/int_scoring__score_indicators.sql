-- An indicator without a value is neither 100 nor 0: it leaves the card together with its weight. What that leaves of quality
-- counts at least as much as the policy says.
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

definitions as (

    select
        indicators.indicator_code,
        indicators.dimension,
        indicators.direction,
        cast(coalesce(definitions.factor, 1) as decimal(12, 0)) as factor
    from {{ source('policy', 'indicator') }} as indicators
    inner join decisions
        on {{ in_force('indicators', 'decisions.month') }}
    left join {{ source('policy', 'indicator_definition') }} as definitions
        on
            indicators.indicator_code = definitions.indicator_code
            and indicators.definition_version = definitions.definition_version
            and {{ in_force('definitions', 'decisions.month') }}

),

charges as (

    select
        dept_id,
        sum(charged_yuan) as charged_yuan
    from {{ ref('fct_case_ruling') }}
    group by dept_id

),

-- Rulings are judged by quality indicators, so that what they leave with a department is known only after these.
measured as (

    select
        subject_id,
        indicator_code,
        numerator,
        denominator,
        value,
        target,
        target_floor,
        target_weight,
        is_veto,
        is_attained
    from {{ ref('fct_indicator') }}
    where level = 'department' and target is not null
    union all
    select
        targets.subject_id,
        targets.indicator_code,
        cast(charges.charged_yuan as decimal(38, 12)) as numerator,
        null as denominator,
        cast(charges.charged_yuan as decimal(38, 6)) as value,
        targets.target,
        targets.target_floor,
        targets.target_weight,
        targets.is_veto,
        charges.charged_yuan <= targets.target as is_attained
    from {{ ref('int_scoring__set_targets') }} as targets
    inner join charges
        on targets.subject_id = charges.dept_id
    where targets.level = 'department' and targets.indicator_code = 'ruled_overrun'

),

indicators as (

    select
        indicators.subject_id as dept_id,
        indicators.indicator_code,
        definitions.dimension,
        definitions.direction,
        definitions.factor,
        cast(indicators.numerator as decimal(20, 6)) as numerator,
        cast(indicators.denominator as decimal(20, 6)) as denominator,
        cast(indicators.value as decimal(20, 6)) as value,
        cast(indicators.target as decimal(20, 6)) as target,
        cast(indicators.target_floor as decimal(20, 6)) as target_floor,
        indicators.target_weight,
        indicators.is_veto,
        indicators.is_attained,
        departments.discipline_class,
        departments.strategy_class
    from measured as indicators
    inner join definitions
        on indicators.indicator_code = definitions.indicator_code
    inner join {{ ref('int_conformed__department') }} as departments
        on indicators.subject_id = departments.dept_id

),

scored as (

    select
        *,
        cast(case
            when value is null then null
            when is_attained then 100
            when target_floor is null then 0
            when direction = 'higher' and value <= target_floor then 0
            when direction = 'lower' and value >= target_floor then 0
            else {{ divide_rounded('100 * (value - target_floor)', 'target - target_floor', 6) }}
        end as decimal(9, 6)) as score
    from indicators

),

-- Points are whole numbers of 1e-12, weights of 1e-6.
weighed as (

    select
        *,
        cast(cast(score as decimal(18, 6)) * 1000000 as {{ exact_integer() }})
        * cast(cast(target_weight as decimal(18, 6)) * 1000000 as {{ exact_integer() }}) as points,
        case when score is not null then cast(cast(target_weight as decimal(18, 6)) * 1000000 as {{ exact_integer() }}) else 0 end as counted_weight,
        case when is_veto and not is_attained then 1 else 0 end as veto,
        case when value is not null then 1 else 0 end as is_valued
    from scored

),

sides as (

    select
        weighed.*,
        {%- for side, condition in {'quality': "dimension = 'quality'", 'other': "coalesce(dimension, '') <> 'quality'"}.items() %}
        coalesce(sum(points) filter (where {{ condition }}) over (partition by dept_id), 0) as {{ side }}_points,
        coalesce(sum(counted_weight) filter (where {{ condition }}) over (partition by dept_id), 0) as {{ side }}_weight,
        {%- endfor %}
        cast(coalesce(decisions.quality_weight_minimum, 0) * 1000000 as {{ exact_integer() }}) as minimum
    from weighed
    cross join decisions

),

balanced as (

    select
        *,
        case
            when quality_weight > 0 and other_weight > 0 and quality_weight * 1000000 < minimum * (quality_weight + other_weight)
                then minimum * quality_points * other_weight + (1000000 - minimum) * other_points * quality_weight
        end as raised_points
    from sides

),

placed as (

    select
        *,
        cast(case
            when raised_points is null then {{ divide_rounded('quality_points + other_points', '(quality_weight + other_weight) * 1000000', 6, 0) }}
            else {{ divide_rounded('raised_points', 'quality_weight * other_weight * 1000000000000', 6, 0) }}
        end as decimal(9, 6)) as card_score,
        cast(sum(veto) over (partition by dept_id) as bigint) as veto_count,
        rank() over (
            partition by indicator_code
            order by is_valued desc, case when direction = 'higher' then -value else value end
        ) as rank_in_hospital,
        sum(is_valued) over (partition by indicator_code) as valued_departments,
        cast({{ divide_rounded(
            'cast(sum(numerator) over (partition by indicator_code, discipline_class) as decimal(24, 6))',
            'cast(sum(denominator) over (partition by indicator_code, discipline_class) as decimal(24, 6))', 6
        ) }} as decimal(20, 6)) as discipline_mean
    from balanced

)

select * from placed
