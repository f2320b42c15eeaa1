with decisions as (

    select
        hospital_id,
        month,
        completion_cap,
        {{ parameter('linkage_weight', 'decimal(9,6)') }} as linkage_weight
    from {{ ref('int_scoring__read_decisions') }}

),

weights as (

    select
        linkage.component,
        linkage.weight
    from {{ source('policy', 'linkage') }} as linkage
    inner join decisions
        on {{ in_force('linkage', 'decisions.month') }}

),

cost_effects as (

    select
        level,
        subject_id,
        cast(value as decimal(18, 6)) as value
    from {{ ref('fct_indicator') }}
    where indicator_code = 'cost_effect_ratio'

),

scores as (

    select
        subject_id as dept_id,
        'target_attainment' as component,
        {{ divide_rounded(
            '100 * cast(sum(cast(attainment as decimal(12, 6)) * target_weight) as decimal(24, 12))',
            'cast(sum(case when attainment is not null then target_weight end) as decimal(18, 6))', 6, 12
        ) }} as score
    from {{ ref('fct_goal') }}
    where level = 'department'
    group by subject_id
    union all
    select distinct
        dept_id,
        'fusion' as component,
        card_score as score
    from {{ ref('fct_scorecard') }}
    union all
    select
        departments.subject_id as dept_id,
        'cost_effect' as component,
        100 * least({{ divide_rounded('departments.value', 'hospital.value', 6) }}, decisions.completion_cap) as score
    from cost_effects as departments
    inner join cost_effects as hospital
        on hospital.level = 'hospital'
    cross join decisions
    where departments.level = 'department'

),

weighed as (

    select
        decisions.hospital_id,
        decisions.month,
        scores.dept_id,
        scores.component,
        weights.weight,
        cast(scores.score as decimal(9, 6)) as score,
        decisions.linkage_weight
    from scores
    inner join weights
        on scores.component = weights.component
    cross join decisions
    where scores.score is not null

),

totalled as (

    select
        *,
        cast({{ divide_rounded(
            'cast(sum(cast(score as decimal(12, 6)) * weight) over (partition by dept_id) as decimal(24, 12))',
            'cast(sum(weight) over (partition by dept_id) as decimal(18, 6))', 6, 12
        ) }} as decimal(9, 6)) as linkage_score
    from weighed

),

past as (

    select
        dept_id,
        component,
        cast(sum(linkage_score) as decimal(18, 6)) as score_sum,
        count(*) as months
    from {{ source('history', 'fct_linkage') }} as published
    cross join decisions
    where extract(year from published.month) = extract(year from decisions.month) and published.month < decisions.month
    group by
        dept_id,
        component

),

published as (

    select
        totalled.*,
        cast({{ divide_rounded(
            'cast(totalled.linkage_score + coalesce(past.score_sum, 0) as decimal(18, 6))',
            'cast(1 + coalesce(past.months, 0) as decimal(9, 0))', 6
        ) }} as decimal(9, 6)) as year_to_date_score
    from totalled
    left join past
        on
            totalled.dept_id = past.dept_id
            and totalled.component = past.component

)

select * from published
