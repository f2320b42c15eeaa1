-- A goal without a value stays in the list: what nobody could count is not attained.
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

indicators as (

    select * from {{ ref('fct_indicator') }}

),

parents as (

    select
        'department' as level,
        departments.dept_id as subject_id,
        decisions.hospital_id as parent_id
    from {{ ref('int_conformed__department') }} as departments
    cross join decisions
    union all
    select
        'doctor' as level,
        staff_id as subject_id,
        dept_id as parent_id
    from {{ ref('int_conformed__staff') }}

),

goals as (

    select
        decisions.hospital_id,
        decisions.month,
        targets.level,
        targets.subject_id,
        targets.indicator_code,
        parents.parent_id,
        targets.target,
        targets.target_floor,
        targets.target_weight,
        targets.is_veto,
        indicators.value,
        indicators.attainment,
        indicators.is_attained
    from {{ ref('int_scoring__set_targets') }} as targets
    cross join decisions
    left join parents
        on
            targets.level = parents.level
            and targets.subject_id = parents.subject_id
    left join indicators
        on
            targets.level = indicators.level
            and targets.subject_id = indicators.subject_id
            and targets.indicator_code = indicators.indicator_code

),

broken_down as (

    select
        parent_id,
        indicator_code,
        count(*) as member_count,
        count(*) filter (where is_attained) as attaining_count
    from goals
    where parent_id is not null
    group by
        parent_id,
        indicator_code

),

published as (

    select
        goals.*,
        above.target as parent_target,
        coalesce(broken_down.member_count, 0) as member_count,
        coalesce(broken_down.attaining_count, 0) as attaining_count
    from goals
    left join goals as above
        on
            goals.parent_id = above.subject_id
            and goals.indicator_code = above.indicator_code
    left join broken_down
        on
            goals.subject_id = broken_down.parent_id
            and goals.indicator_code = broken_down.indicator_code

)

select * from published
