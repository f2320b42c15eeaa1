-- Whoever was told to come back, or comes for treatment in courses, has a good reason.
with scope as (

    select * from {{ source('run', 'scope') }}

),

cases as (

    select
        groups.stay_id,
        stays.patient_id,
        groups.group_code,
        stays.admitted_at,
        stays.discharged_at
    from {{ ref('fct_case') }} as groups
    inner join {{ ref('int_conformed__stay') }} as stays on groups.stay_id = stays.stay_id
    where groups.status = 'grouped'

),

returned as (

    select
        earlier.stay_id,
        later.stay_id as later_stay_id,
        cast({{ dbt.datediff('earlier.discharged_at', 'later.admitted_at', 'day') }} as integer) as days_to_readmission
    from cases as earlier
    inner join cases as later
        on earlier.patient_id = later.patient_id
        and earlier.group_code = later.group_code
        and earlier.stay_id <> later.stay_id
        and earlier.discharged_at <= later.admitted_at

),

planned as (

    select stay_id
    from {{ ref('stg_emr__front_page') }}
    where {{ in_list('readmission_plan_31d', 'value.readmission_planned') }}

),

in_courses as (

    select distinct diagnoses.stay_id
    from {{ ref('stg_emr__diagnosis') }} as diagnoses
    inner join returned on diagnoses.stay_id = returned.later_stay_id
    inner join {{ source('policy', 'code_list') }} as listed on {{ begins_with('diagnoses.diagnosis_code', 'listed.code') }}
    cross join scope
    where diagnoses.sequence = 1
        and listed.list_code = 'settlement.readmission_excluded'
        and {{ in_force('listed', 'scope.month_start') }}

),

unreasoned as (

    select
        returned.stay_id,
        min(returned.days_to_readmission) as days_to_readmission
    from returned
    left join planned on returned.stay_id = planned.stay_id
    left join in_courses on returned.later_stay_id = in_courses.stay_id
    where planned.stay_id is null and in_courses.stay_id is null
    group by returned.stay_id

)

select * from unreasoned
