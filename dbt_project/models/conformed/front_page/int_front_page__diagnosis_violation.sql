with pages as (

    select * from {{ ref('stg_emr__front_page') }}

),

diagnoses as (

    select * from {{ ref('stg_emr__diagnosis') }}

),

listed as (

    select * from {{ ref('int_front_page__listed_code') }}

),

limits as (

    select
        {{ parameter('front_page_newborn_days', 'integer') }} as newborn_days,
        {{ parameter('front_page_maternal_age_minimum', 'integer') }} as maternal_age_minimum,
        {{ parameter('front_page_maternal_age_maximum', 'integer') }} as maternal_age_maximum

),

judged as (

    select
        listed.*,
        limits.*,
        pages.sex,
        pages.age_years,
        pages.age_days,
        pages.discharge_way,
        pages.birth_weight_g,
        pages.external_cause_code,
        pages.pathology_diagnosis_code
    from listed
    inner join pages on listed.stay_id = pages.stay_id
    cross join limits

),

principals as (

    select
        pages.stay_id,
        principal.diagnosis_code,
        principal.admission_condition
    from pages
    left join diagnoses as principal on pages.stay_id = principal.stay_id and principal.sequence = 1
    -- Without a diagnosis table no page can be blamed.
    where (select count(*) from diagnoses) > 0

),

definite as (

    select diagnoses.stay_id
    from diagnoses
    left join listed
        on diagnoses.stay_id = listed.stay_id and diagnoses.sequence = listed.sequence and listed.list_code = 'diagnosis.indefinite'
    where listed.stay_id is null
    group by diagnoses.stay_id

),

repeated as (

    select stay_id
    from diagnoses
    group by stay_id, diagnosis_code
    having count(*) > 1

),

combined as (

    select distinct base.stay_id
    from listed as base
    inner join diagnoses as complication
        on base.stay_id = complication.stay_id and {{ begins_with('complication.diagnosis_code', 'base.operand') }}
    where base.list_code = 'diagnosis.combined_with'

),

violations as (

    {{ breaks('FP-02', 'principals', 'diagnosis_code is null or admission_condition is null') }}
    union all
    {{ breaks('FP-09', 'judged', "list_code = 'diagnosis.live_birth' and birth_weight_g is null") }}
    union all
    {{ breaks('FP-17', 'judged', "list_code = 'diagnosis.never_principal' and is_principal") }}
    union all
    {{ breaks('FP-18', 'judged', "list_code = 'diagnosis.injury' and external_cause_code is null") }}
    union all
    {{ breaks('FP-19', 'judged', "list_code = 'diagnosis.neoplasm' and is_principal and (pathology_diagnosis_code is null
        or substr(pathology_diagnosis_code, length(pathology_diagnosis_code) - 1, 2) <> operand)") }}
    union all
    {{ breaks('FP-21', 'judged', "list_code = 'diagnosis.male_only' and " ~ in_list('sex', 'value.female')) }}
    union all
    {{ breaks('FP-21', 'judged', "list_code = 'diagnosis.female_only' and " ~ in_list('sex', 'value.male')) }}
    union all
    {{ breaks('FP-22', 'judged', "list_code = 'diagnosis.newborn_only' and (age_years > 0 or age_days > newborn_days)") }}
    union all
    {{ breaks('FP-22', 'judged', "list_code = 'diagnosis.maternal_only'
        and age_years not between maternal_age_minimum and maternal_age_maximum") }}
    union all
    {{ breaks('FP-23', 'judged', "list_code = 'diagnosis.never_cause_of_death' and is_principal and "
        ~ in_list('discharge_way', 'value.deceased')) }}
    union all
    {{ breaks('FP-24', 'principals', in_list('admission_condition', 'value.absent_at_admission')) }}
    union all
    {{ breaks('FP-25', 'repeated', 'true') }}
    union all
    {{ breaks('FP-26', 'judged', "list_code = 'diagnosis.symptom' and is_principal and stay_id in (select stay_id from definite)") }}
    union all
    {{ breaks('FP-27', 'combined', 'true') }}

)

select * from violations
