with decisions as (

    select
        hospital_id,
        month,
        {{ parameter('equipment_positive_minimum', 'decimal(9,6)') }} as positive_minimum,
        {{ parameter('equipment_volume_minimum', 'decimal(18,4)') }} as volume_minimum
    from {{ ref('int_scoring__read_decisions') }}

),

exams as (

    select
        equipment_id,
        count(*) as exam_count,
        count(is_positive) as judged_exam_count,
        count(*) filter (where is_positive) as positive_exam_count
    from {{ ref('stg_his__exam_report') }}
    group by equipment_id

),

counted as (

    select
        decisions.*,
        equipment.equipment_id,
        equipment.equipment_name,
        equipment.equipment_kind,
        equipment.dept_id,
        equipment.monthly_capacity,
        coalesce(exams.exam_count, 0) as exam_count,
        coalesce(exams.judged_exam_count, 0) as judged_exam_count,
        coalesce(exams.positive_exam_count, 0) as positive_exam_count
    from {{ ref('stg_his__equipment') }} as equipment
    cross join decisions
    left join exams
        on equipment.equipment_id = exams.equipment_id
    where {{ in_force('equipment', 'decisions.month') }}

),

measured as (

    select
        *,
        cast({{ divide_rounded(
            'cast(exam_count as decimal(18, 0))', 'cast(monthly_capacity as decimal(18, 0))', 6
        ) }} as decimal(18, 6)) as use_ratio,
        cast({{ divide_rounded(
            'cast(positive_exam_count as decimal(18, 0))', 'cast(judged_exam_count as decimal(18, 0))', 6
        ) }} as decimal(18, 6)) as positive_ratio
    from counted

),

published as (

    select
        hospital_id,
        month,
        equipment_id,
        equipment_name,
        equipment_kind,
        dept_id,
        monthly_capacity,
        exam_count,
        judged_exam_count,
        positive_exam_count,
        use_ratio,
        positive_ratio,
        exam_count < volume_minimum as is_volume_low,
        coalesce(positive_ratio < positive_minimum, false) as is_positive_low
    from measured

)

select * from published
