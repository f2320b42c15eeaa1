with pages as (

    select
        *,
        cast(admitted_at as date) as admitted_on,
        cast(discharged_at as date) as discharged_on,
        {{ dbt.datediff('admitted_at', 'discharged_at', 'minute') }} as stay_minutes
    from {{ ref('stg_emr__front_page') }}

),

limits as (

    select
        {{ parameter('front_page_oldest_age_years', 'integer') }} as oldest_age_years,
        {{ parameter('front_page_newborn_days', 'integer') }} as newborn_days,
        {{ parameter('front_page_newborn_weight_minimum_g', 'integer') }} as weight_minimum_g,
        {{ parameter('front_page_newborn_weight_maximum_g', 'integer') }} as weight_maximum_g,
        {{ parameter('front_page_day_surgery_hours', 'integer') }} as day_surgery_hours,
        {{ parameter('front_page_archiving_days', 'integer') }} as archiving_days

),

measured as (

    select
        pages.*,
        limits.*,
        extract(year from admitted_on) - extract(year from birth_date)
        - case
            when extract(month from admitted_on) * 100 + extract(day from admitted_on)
                < extract(month from birth_date) * 100 + extract(day from birth_date) then 1
            else 0
        end as true_age_years,
        {{ dbt.datediff('admitted_on', 'discharged_on', 'day') }} as nights,
        {{ dbt.datediff('discharged_on', 'archived_on', 'day') }} as days_to_archive,
        age_years = 0 and age_days <= newborn_days as is_newborn,
        count(*) over (partition by medical_record_no, admission_number) as pages_of_admission
    from pages
    cross join limits

),

violations as (

    {{ breaks('FP-01', 'measured', 'pages_of_admission > 1') }}
    union all
    {{ breaks('FP-02', 'measured', 'medical_record_no is null or sex is null or birth_date is null or admitted_at is null
        or discharged_at is null or discharge_dept_id is null or stay_days is null or discharge_way is null or total_fee is null') }}
    union all
    {{ breaks('FP-04', 'measured', 'admitted_at >= discharged_at or birth_date > admitted_on') }}
    union all
    {{ breaks('FP-05', 'measured', 'stay_days <> greatest(1, nights)') }}
    union all
    {{ breaks('FP-06', 'measured', 'age_years <> true_age_years or age_years > oldest_age_years') }}
    union all
    {{ breaks('FP-07', 'measured', 'age_years = 0 and age_days not between 0 and 364') }}
    union all
    {{ breaks('FP-08', 'measured', 'is_newborn and (birth_weight_g is null or admission_weight_g is null
        or birth_weight_g not between weight_minimum_g and weight_maximum_g
        or admission_weight_g not between weight_minimum_g and weight_maximum_g)') }}
    union all
    {{ breaks('FP-23', 'measured', in_list('discharge_way', 'value.deceased') ~ ' and is_autopsy is null') }}
    union all
    {{ breaks('FP-29', 'measured', 'is_day_surgery and stay_minutes > day_surgery_hours * 60') }}
    union all
    {{ breaks('FP-30', 'measured', in_list('readmission_plan_31d', 'value.readmission_planned') ~ ' and readmission_purpose is null') }}
    union all
    {{ breaks('FP-31', 'measured', 'ventilator_hours * 60 >= stay_minutes + 60') }}
    union all
    {{ breaks('FP-32', 'measured', '(' ~ in_list('allergy', 'value.allergic') ~ ' and allergy_drug is null)
        or (d26 > 0 and blood_type is null)') }}
    union all
    {{ breaks('FP-33', 'measured', 'not id_number_is_valid') }}
    union all
    {{ breaks('FP-35', 'measured', in_list('discharge_way', 'value.transferred') ~ ' and transfer_institution is null') }}
    union all
    {{ breaks('FP-37', 'measured', 'chief_doctor_id is null or attending_doctor_id is null or resident_doctor_id is null
        or nurse_id is null or coder_id is null
        or (chief_doctor_id = attending_doctor_id and attending_doctor_id = resident_doctor_id
            and resident_doctor_id = nurse_id and nurse_id = coder_id)') }}
    union all
    {{ breaks('FP-39', 'measured', 'archived_on is null or days_to_archive > archiving_days') }}

)

select * from violations
