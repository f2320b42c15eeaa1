with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select month, dept_id, group_code, status, weight from {{ ref('fct_case') }}
    union all
    select earlier.month, earlier.dept_id, earlier.group_code, earlier.status, earlier.weight
    from {{ source('history', 'fct_case') }} as earlier
    inner join scope on earlier.month = cast({{ dbt.dateadd('month', -1, 'scope.month_start') }} as date)

),

subjects as (

    select cases.*, 'hospital' as level, scope.hospital_id as subject_id from cases cross join scope where cases.status in ('grouped', 'ambiguous')
    union all
    select cases.*, 'department' as level, cases.dept_id as subject_id from cases where cases.status in ('grouped', 'ambiguous')

),

counted as (

    select
        subjects.level,
        subjects.subject_id,
        subjects.group_code,
        count(*) filter (where subjects.month = scope.month_start) as case_count,
        count(*) filter (where subjects.month < scope.month_start) as earlier_case_count,
        coalesce(sum(subjects.weight) filter (where subjects.month = scope.month_start), 0) as total_weight,
        coalesce(sum(subjects.weight) filter (where subjects.month < scope.month_start), 0) as earlier_total_weight
    from subjects
    cross join scope
    group by subjects.level, subjects.subject_id, subjects.group_code

),

totalled as (

    select
        *,
        cast(sum(case_count) over (partition by level, subject_id) as decimal(18, 0)) as all_cases,
        cast(sum(earlier_case_count) over (partition by level, subject_id) as decimal(18, 0)) as all_earlier_cases
    from counted

),

shared as (

    select
        *,
        cast(coalesce({{ divide_rounded('cast(case_count as decimal(18, 0))', 'all_cases', 6) }}, 0) as decimal(9, 6)) as case_share,
        cast(coalesce({{ divide_rounded('cast(earlier_case_count as decimal(18, 0))', 'all_earlier_cases', 6) }}, 0) as decimal(9, 6)) as earlier_case_share
    from totalled

),

shifted as (

    select
        scope.hospital_id,
        scope.month_start as month,
        shared.level,
        shared.subject_id,
        shared.group_code,
        shared.case_count,
        shared.earlier_case_count,
        shared.case_share,
        shared.earlier_case_share,
        cast(shared.case_share - shared.earlier_case_share as decimal(9, 6)) as share_change,
        cast(shared.total_weight as decimal(18, 4)) as total_weight,
        cast(shared.earlier_total_weight as decimal(18, 4)) as earlier_total_weight
    from shared
    cross join scope
    where shared.all_cases > 0

)

select * from shifted
