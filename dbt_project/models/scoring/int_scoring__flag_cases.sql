{%- set lists = [
    'minimally_invasive', 'type_1_incision', 'infected_incision', 'complication', 'complication_excluded', 'readmission_excluded',
] -%}
-- A patient counts once per stay, however many diagnoses and operations; operations count by the discharge they belong to.
with decisions as (

    select
        month,
        {{ parameter('front_page_newborn_days', 'integer') }} as newborn_days,
        {{ parameter('return_to_theatre_days', 'integer') }} as return_days
    from {{ ref('int_scoring__read_decisions') }}

),

codes as (

    select distinct diagnosis_code as code from {{ ref('stg_emr__diagnosis') }}
    union
    select distinct procedure_code as code from {{ ref('stg_emr__procedure') }} where procedure_level is not null
    union
    select distinct incision_healing_code as code from {{ ref('stg_emr__procedure') }} where incision_healing_code is not null

),

listed as (

    select
        codes.code,
        {%- for name in lists %}
        max(case when lists.list_code = 'indicator.{{ name }}' then 1 else 0 end) as is_{{ name }},
        {%- endfor %}
        max(case when lists.list_code like 'single_disease.%' then substr(lists.list_code, length('single_disease.') + 1) end) as disease_code
    from codes
    cross join decisions
    inner join {{ source('policy', 'code_list') }} as lists
        on {{ begins_with('codes.code', 'lists.code') }}
    where (lists.list_code like 'indicator.%' or lists.list_code like 'single_disease.%') and {{ in_force('lists', 'decisions.month') }}
    group by codes.code

),

operations as (

    select
        *,
        lag(performed_on) over (partition by stay_id order by performed_on, sequence) as performed_before
    from {{ ref('stg_emr__procedure') }}
    where procedure_level is not null

),

-- What a return follows on may lie in an earlier stay, whose date this page does not tell.
procedures as (

    select
        procedures.stay_id,
        min(procedures.performed_on) as first_performed_on,
        max(case when procedures.procedure_level in ('3', '4') then 1 else 0 end) as is_level_3_4,
        max(case when procedures.procedure_level = '4' then 1 else 0 end) as is_level_4,
        max(case when procedures.is_elective then 1 else 0 end) as is_elective_surgical,
        max(case
            when procedures.is_unplanned_return
                and coalesce({{ dbt.datediff('procedures.performed_before', 'procedures.performed_on', 'day') }}, 0) <= decisions.return_days
                then 1
            else 0
        end) as is_unplanned_return,
        max(methods.is_minimally_invasive) as is_minimally_invasive,
        max(incisions.is_type_1_incision) as is_type_1_incision,
        max(incisions.is_infected_incision) as is_infected_incision
    from operations as procedures
    cross join decisions
    left join listed as methods on procedures.procedure_code = methods.code
    left join listed as incisions on procedures.incision_healing_code = incisions.code
    group by procedures.stay_id

),

conditions as (

    select
        stay_id,
        diagnosis_code,
        sequence = 1 as is_principal,
        {{ in_list('admission_condition', 'value.absent_at_admission') }} as is_acquired
    from {{ ref('stg_emr__diagnosis') }}

),

techniques as (

    select distinct procedures.stay_id
    from {{ ref('stg_emr__procedure') }} as procedures
    where {{ in_list('procedures.procedure_code', 'innovation_technique') }}

),

-- The condition that counts is the one on the row of the complication itself.
diagnoses as (

    select
        conditions.stay_id,
        max(case when conditions.is_principal then conditions.diagnosis_code end) as principal_code,
        max(case when conditions.is_principal then listed.disease_code end) as disease_code,
        max(case when conditions.is_acquired then listed.is_complication end) as is_complicated,
        max(case when conditions.is_principal then listed.is_complication_excluded end) as is_birth,
        max(case when conditions.is_principal then listed.is_readmission_excluded end) as is_planned_by_nature
    from conditions
    left join listed on conditions.diagnosis_code = listed.code
    group by conditions.stay_id

),

reviews as (

    select
        stay_id,
        min(case when error_fields > 0 then 0 else 1 end) as is_coding_correct
    from {{ ref('stg_emr__coding_review') }}
    group by stay_id

),

lost as (

    {{ front_page_losses() }}

),

flagged as (

    select
        cases.stay_id,
        substr(diagnoses.principal_code, 1, 3) as diagnosis_category,
        diagnoses.disease_code,
        case when {{ in_list('pages.readmission_plan_31d', 'value.readmission_planned') }} then 1 else 0 end as is_return_planned,
        case when {{ in_list('cases.discharge_way', 'value.deceased') }} then 1 else 0 end as is_dead,
        case when cases.d23x01 > 0 then 1 else 0 end as is_given_antibacterials,
        case when procedures.stay_id is null then 0 else 1 end as is_surgical,
        case when pages.is_day_surgery then coalesce(procedures.is_elective_surgical, 0) else 0 end as is_day_surgery,
        {%- for flag in ['is_elective_surgical', 'is_level_3_4', 'is_level_4', 'is_minimally_invasive', 'is_unplanned_return',
                         'is_type_1_incision', 'is_infected_incision'] %}
        coalesce(procedures.{{ flag }}, 0) as {{ flag }},
        {%- endfor %}
        {{ dbt.datediff('cast(cases.admitted_at as date)', 'procedures.first_performed_on', 'day') }} as preoperative_days,
        case
            when procedures.is_elective_surgical = 1 and coalesce(diagnoses.is_birth, 0) = 0
                and not (cases.age_years = 0 and coalesce(cases.age_days, 0) <= decisions.newborn_days)
                then 1
            else 0
        end as is_complication_checked,
        coalesce(diagnoses.is_complicated, 0) as is_complicated,
        case when techniques.stay_id is null then 0 else 1 end as is_listed_technique,
        1 - coalesce(diagnoses.is_planned_by_nature, 0) as is_readmission_checked,
        {%- for flag, use in {
            'is_given_essential_drug': 'essential_drug', 'is_given_infusion': 'infusion', 'is_tested_for_microbes': 'microbiology',
        }.items() %}
        case when uses.{{ use }}_quantity > 0 then 1 else 0 end as {{ flag }},
        {%- endfor %}
        case
            when uses.special_service_quantity > 0 or {{ in_list('cases.discharge_dept_id', 'special_service') }} then 1 else 0
        end as is_given_special_service,
        {%- for count in ['exam_count', 'judged_exam_count', 'positive_exam_count'] %}
        cast(coalesce(uses.{{ count }}, 0) as integer) as {{ count }},
        {%- endfor %}
        case when reviews.stay_id is null then 0 else 1 end as is_coding_reviewed,
        coalesce(reviews.is_coding_correct, 0) as is_coding_correct,
        cast(100 - coalesce(lost.points, 0) as decimal(9, 4)) as front_page_points
    from {{ ref('int_conformed__case') }} as cases
    inner join {{ ref('stg_emr__front_page') }} as pages
        on cases.stay_id = pages.stay_id
    cross join decisions
    left join procedures on cases.stay_id = procedures.stay_id
    left join diagnoses on cases.stay_id = diagnoses.stay_id
    left join techniques on cases.stay_id = techniques.stay_id
    left join reviews on cases.stay_id = reviews.stay_id
    left join lost on cases.stay_id = lost.stay_id
    left join {{ ref('fct_stay_use') }} as uses on cases.stay_id = uses.stay_id

)

select * from flagged
