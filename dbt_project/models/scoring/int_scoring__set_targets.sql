-- The row that says most about a subject wins: person, department, both classes, strategy, discipline, everyone. An indicator
-- that is no measure of a discipline has no target there.
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

departments as (

    select
        dept_id,
        discipline_class,
        strategy_class
    from {{ ref('int_conformed__department') }}

),

subjects as (

    select
        'hospital' as level,
        hospital_id as subject_id,
        cast(null as varchar) as dept_id,
        cast(null as varchar) as discipline_class,
        cast(null as varchar) as strategy_class
    from decisions
    union all
    select
        'department' as level,
        dept_id as subject_id,
        dept_id,
        discipline_class,
        strategy_class
    from departments
    union all
    select
        'doctor' as level,
        staff.staff_id as subject_id,
        departments.dept_id,
        departments.discipline_class,
        departments.strategy_class
    from {{ ref('int_conformed__staff') }} as staff
    inner join departments
        on staff.dept_id = departments.dept_id
    where staff.is_valid_on_first_day

),

targets as (

    select
        targets.*,
        '|' || indicators.classes || '|' as classes,
        case when nullif(targets.staff_id, '') is null then 0 else 8 end
        + case when nullif(targets.dept_id, '') is null then 0 else 4 end
        + case when nullif(targets.strategy_class, '') is null then 0 else 2 end
        + case when nullif(targets.discipline_class, '') is null then 0 else 1 end as precedence
    from {{ source('policy', 'indicator_target') }} as targets
    inner join decisions
        on {{ in_force('targets', 'decisions.month') }}
    inner join {{ source('policy', 'indicator') }} as indicators
        on
            targets.indicator_code = indicators.indicator_code
            and {{ in_force('indicators', 'decisions.month') }}

),

ranked as (

    select
        subjects.level,
        subjects.subject_id,
        subjects.discipline_class,
        subjects.strategy_class,
        targets.indicator_code,
        targets.target,
        targets.floor as target_floor,
        targets.weight as target_weight,
        coalesce(targets.is_veto, false) as is_veto,
        row_number() over (
            partition by subjects.level, subjects.subject_id, targets.indicator_code order by targets.precedence desc
        ) as place
    from subjects
    inner join targets
        on
            (nullif(targets.staff_id, '') is null or (subjects.level = 'doctor' and subjects.subject_id = targets.staff_id))
            and (nullif(targets.dept_id, '') is null or subjects.dept_id = targets.dept_id)
            and (nullif(targets.strategy_class, '') is null or subjects.strategy_class = targets.strategy_class)
            and (nullif(targets.discipline_class, '') is null or subjects.discipline_class = targets.discipline_class)
            and (
                subjects.level = 'hospital' or targets.classes = '|all|'
                or targets.classes like '%|' || subjects.discipline_class || '|%'
            )

),

chosen as (

    select
        level,
        subject_id,
        discipline_class,
        strategy_class,
        indicator_code,
        target,
        target_floor,
        target_weight,
        is_veto
    from ranked
    where place = 1

)

select * from chosen
