with decisions as (

    select
        hospital_id,
        month,
        {{ parameter('reference_score', 'decimal(18,4)') }} as reference_score,
        {{ parameter('readmission_days', 'integer') }} as card_days,
        {{ parameter('national_readmission_days', 'integer') }} as national_days,
        {{ parameter('long_stay_days', 'integer') }} as long_stay_days,
        {{ parameter('front_page_excellent_score', 'decimal(9,4)') }} as excellent_score,
        case when {{ parameter('level0_in_low') }} = 'true' then 0 else 1 end as lowest_risk_level
    from {{ ref('int_scoring__read_decisions') }}

),

settlements as (

    select stay_id, multiple_class, standard_total_yuan from {{ ref('fct_case_settlement') }} where basis = 'simulated'

),

costs as (

    select stay_id, cost_yuan from {{ ref('fct_case_cost') }} where method = 'top_down'

),

benchmarks as (

    select payments.scheme, payments.version, payments.group_code, payments.mean_fee, payments.mean_days
    from {{ source('policy', 'group_payment') }} as payments
    inner join {{ source('policy', 'hospital') }} as hospital on payments.hospital_level = hospital.level
    cross join decisions
    where {{ in_force('payments', 'decisions.month') }} and {{ in_force('hospital', 'decisions.month') }}

),

cases as (

    select
        cases.*,
        case when grouped.status = 'grouped' then grouped.group_code end as group_code,
        grouped.scheme,
        grouped.version,
        grouped.mdc_code,
        grouped.status,
        grouped.weight,
        grouped.score,
        grouped.dept_id,
        grouped.doctor_id,
        stays.patient_id
    from {{ ref('int_conformed__case') }} as cases
    inner join {{ ref('fct_case') }} as grouped on cases.stay_id = grouped.stay_id
    inner join {{ ref('int_conformed__stay') }} as stays on cases.stay_id = stays.stay_id

),

discharges as (

    select
        cases.stay_id, cases.patient_id, cast(cases.discharged_at as date) as discharged_on, cases.mdc_code,
        flags.diagnosis_category, flags.is_return_planned
    from cases
    inner join {{ ref('int_scoring__flag_cases') }} as flags on cases.stay_id = flags.stay_id
    union all
    select stay_id, patient_id, discharged_on, mdc_code, diagnosis_category, is_return_planned
    from {{ source('history', 'fct_indicator_case') }}

),

-- Known at the end of the month is who came back, not who will: a stay counts when it follows a discharge within the days.
returns as (

    select cases.stay_id, min({{ dbt.datediff('earlier.discharged_on', 'cast(cases.admitted_at as date)', 'day') }}) as days_since_discharge
    from cases
    inner join {{ ref('int_scoring__flag_cases') }} as flags on cases.stay_id = flags.stay_id
    inner join discharges as earlier on cases.patient_id = earlier.patient_id
    where cases.stay_id <> earlier.stay_id
        and earlier.discharged_on <= cast(cases.admitted_at as date) and earlier.is_return_planned = 0
        and (earlier.diagnosis_category = flags.diagnosis_category or earlier.mdc_code = cases.mdc_code)
    group by cases.stay_id

),

pathways as (

    select
        stay_id,
        max(case when is_completed then 1 else 0 end) as is_pathway_completed,
        max(case when variation <> 'none' then 1 else 0 end) as is_varied,
        max(case when variation = 'controllable' then 1 else 0 end) as is_controllably_varied,
        max(case when variation = 'uncontrollable' then 1 else 0 end) as is_uncontrollably_varied
    from {{ ref('stg_emr__pathway') }}
    group by stay_id

),

eligible as (

    select distinct flags.diagnosis_category
    from {{ ref('int_scoring__flag_cases') }} as flags
    cross join decisions
    inner join {{ source('policy', 'pathway') }} as paths on flags.diagnosis_category = substr(paths.diagnosis_prefix, 1, 3)
    where {{ in_force('paths', 'decisions.month') }}

),

measured as (

    select
        decisions.hospital_id,
        decisions.month,
        cases.patient_id,
        cases.dept_id,
        cases.doctor_id,
        cases.group_code,
        cases.mdc_code,
        cast(risks.risk_level as integer) as risk_level,
        cast(cases.admitted_at as date) as admitted_on,
        cast(cases.discharged_at as date) as discharged_on,
        flags.*,
        1 as case_count,
        case when cases.status <> 'excluded' then 1 else 0 end as is_groupable,
        case when cases.status = 'grouped' then 1 else 0 end as is_grouped,
        case when cases.status = 'ambiguous' then 1 else 0 end as is_ambiguous,
        case when settlements.multiple_class is null then 0 else 1 end as is_settled,
        case when settlements.multiple_class = 'high' then 1 else 0 end as is_high_multiple,
        case when settlements.multiple_class = 'low' then 1 else 0 end as is_low_multiple,
        case when settlements.multiple_class = 'special_review' then 1 else 0 end as is_special_review,
        case when risks.risk_level between decisions.lowest_risk_level and 1 then 1 else 0 end as is_low_risk,
        case when returns.days_since_discharge <= decisions.card_days then 1 else 0 end as is_card_readmission,
        case when returns.days_since_discharge <= decisions.national_days then 1 else 0 end as is_national_readmission,
        case when cases.stay_days <= decisions.long_stay_days then 1 else 0 end as is_not_long_stay,
        case when flags.front_page_points >= decisions.excellent_score then 1 else 0 end as is_front_page_excellent,
        case when eligible.diagnosis_category is null and pathways.stay_id is null then 0 else 1 end as is_pathway_eligible,
        case when pathways.stay_id is null then 0 else 1 end as is_on_pathway,
        coalesce(1 - pathways.is_varied, 0) as is_unvaried,
        {%- for mark in ['is_pathway_completed', 'is_varied', 'is_controllably_varied', 'is_uncontrollably_varied'] %}
        coalesce(pathways.{{ mark }}, 0) as {{ mark }},
        {%- endfor %}
        cases.stay_days,
        cast(case
            when cases.status = 'grouped' then coalesce(cases.weight, {{ divide_rounded('cases.score', 'decisions.reference_score', 4) }})
        end as decimal(18, 4)) as weight,
        cases.total_fee_yuan,
        cast(cases.d23 + cases.d24 + cases.d25 as decimal(18, 2)) as drug_fee_yuan,
        cast(cases.d23 + cases.d24 as decimal(18, 2)) as drug_fee_without_herbs_yuan,
        cast(cases.d31 + cases.d32 + cases.d33 as decimal(18, 2)) as material_fee_yuan,
        costs.cost_yuan,
        settlements.standard_total_yuan,
        cast(settlements.standard_total_yuan - costs.cost_yuan as decimal(18, 2)) as margin_yuan,
        cast({{ divide_rounded('cases.total_fee_yuan', 'benchmarks.mean_fee', 12) }} as decimal(24, 12)) as fee_ratio,
        cast({{ divide_rounded('cast(cases.stay_days as decimal(9, 0))', 'benchmarks.mean_days', 12) }} as decimal(24, 12)) as days_ratio
    from cases
    inner join {{ ref('int_scoring__flag_cases') }} as flags on cases.stay_id = flags.stay_id
    cross join decisions
    left join settlements on cases.stay_id = settlements.stay_id
    left join costs on cases.stay_id = costs.stay_id
    left join returns on cases.stay_id = returns.stay_id
    left join pathways on cases.stay_id = pathways.stay_id
    left join eligible on flags.diagnosis_category = eligible.diagnosis_category
    left join benchmarks
        on cases.scheme = benchmarks.scheme and cases.version = benchmarks.version and cases.group_code = benchmarks.group_code
    left join {{ ref('int_scoring__rate_risks') }} as risks
        on cases.scheme = risks.scheme and cases.version = risks.version and cases.group_code = risks.group_code

),

completed as (

    select
        *,
        {%- for flag, quantity in {
            'is_weighted': 'weight', 'is_costed': 'cost_yuan', 'is_balanced': 'margin_yuan', 'is_fee_benchmarked': 'fee_ratio',
            'is_days_benchmarked': 'days_ratio', 'is_preoperatively_timed': 'preoperative_days',
        }.items() %}
        case when {{ quantity }} is null then 0 else 1 end as {{ flag }}{{ ',' if not loop.last }}
        {%- endfor %}
    from measured

)

select * from completed
