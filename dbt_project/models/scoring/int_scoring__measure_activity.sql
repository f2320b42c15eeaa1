with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

beds as (

    select
        departments.dept_id,
        departments.open_beds * decisions.calendar_days as open_bed_days,
        coalesce(sum(days.days_in_month), 0) as occupied_bed_days
    from {{ ref('int_conformed__department') }} as departments
    cross join decisions
    left join {{ ref('int_conformed__ward_day') }} as days
        on departments.dept_id = days.dept_id
    where departments.open_beds > 0
    group by
        departments.dept_id,
        departments.open_beds * decisions.calendar_days

),

visits as (

    select
        dept_id,
        doctor_id,
        count(*) as visits
    from {{ ref('int_conformed__visit') }}
    group by
        dept_id,
        doctor_id

),

-- What the systems can count is never taken from a submission.
submitted as (

    select
        dept_id,
        indicator_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref('stg_performance__indicator') }}
    where
        indicator_code not in ('bed_use', 'visit_count')
        and indicator_code not in (select indicator_code from {{ ref('int_scoring__measure_cases') }})
    group by
        dept_id,
        indicator_code

),

measured as (

    select 'department' as level, dept_id as subject_id, 'bed_use' as indicator_code, occupied_bed_days as numerator, open_bed_days as denominator
    from beds
    union all
    select 'hospital' as level, decisions.hospital_id as subject_id, 'bed_use' as indicator_code,
        sum(occupied_bed_days) as numerator, sum(open_bed_days) as denominator
    from beds
    cross join decisions
    group by decisions.hospital_id
    union all
    select 'hospital' as level, decisions.hospital_id as subject_id, 'visit_count' as indicator_code, sum(visits) as numerator, null as denominator
    from visits
    cross join decisions
    group by decisions.hospital_id
    union all
    select 'department' as level, dept_id as subject_id, 'visit_count' as indicator_code, sum(visits) as numerator, null as denominator
    from visits
    group by dept_id
    union all
    select 'doctor' as level, doctor_id as subject_id, 'visit_count' as indicator_code, sum(visits) as numerator, null as denominator
    from visits
    group by doctor_id
    union all
    select 'hospital' as level, decisions.hospital_id as subject_id, indicator_code, sum(numerator) as numerator, sum(denominator) as denominator
    from submitted
    cross join decisions
    group by
        decisions.hospital_id,
        indicator_code
    union all
    select 'department' as level, dept_id as subject_id, indicator_code, numerator, denominator
    from submitted

),

typed as (

    select
        level,
        subject_id,
        indicator_code,
        cast(numerator as decimal(38, 12)) as numerator,
        cast(denominator as decimal(38, 12)) as denominator,
        denominator is null as is_count
    from measured

)

select * from typed
