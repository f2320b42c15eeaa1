with cases as (

    select * from {{ ref('fct_case') }}

),

subjects as (

    select hospital_id, month, 'hospital' as level, hospital_id as subject_id, group_code, status, weight, score from cases
    union all
    select hospital_id, month, 'department' as level, dept_id as subject_id, group_code, status, weight, score from cases
    union all
    select hospital_id, month, 'doctor' as level, doctor_id as subject_id, group_code, status, weight, score from cases

),

counted as (

    select
        hospital_id,
        month,
        level,
        subject_id,
        count(*) as case_count,
        count(*) filter (where status <> 'excluded') as groupable_count,
        count(*) filter (where status = 'grouped') as grouped_count,
        count(*) filter (where status = 'ambiguous') as ambiguous_count,
        count(distinct case when status = 'grouped' then group_code end) as group_count,
        count(weight) as weighted_count,
        sum(weight) as total_weight,
        sum(score) as total_score
    from subjects
    group by hospital_id, month, level, subject_id

),

measured as (

    select
        hospital_id,
        month,
        level,
        subject_id,
        case_count,
        grouped_count,
        group_count,
        cast(total_weight as decimal(18, 4)) as total_weight,
        cast(total_score as decimal(18, 4)) as total_score,
        cast({{ divide_rounded('total_weight', 'cast(weighted_count as decimal(18, 0))', 4) }} as decimal(18, 4)) as case_mix_index,
        cast({{ divide_rounded('cast(grouped_count as decimal(18, 0))', 'cast(groupable_count as decimal(18, 0))', 6) }} as decimal(9, 6)) as group_rate,
        cast({{ divide_rounded('cast(ambiguous_count as decimal(18, 0))', 'cast(groupable_count as decimal(18, 0))', 6) }} as decimal(9, 6)) as ambiguous_rate
    from counted

)

select * from measured
