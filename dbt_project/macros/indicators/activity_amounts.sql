{#- Totals of the month for int_scoring__count_activity: dept_id, doctor_id, quantity, amount. All read the CTE `decisions`. -#}

{#- Beds of departments that have any: in service, open over the month, occupied. -#}
{% macro bed_amounts() -%}
    select departments.dept_id, null as doctor_id, 'occupied_bed_days' as quantity, cast(coalesce(sum(days.days_in_month), 0) as bigint) as amount
    from {{ ref('int_conformed__department') }} as departments
    left join {{ ref('int_conformed__ward_day') }} as days on departments.dept_id = days.dept_id
    where departments.open_beds > 0
    group by departments.dept_id
    union all
    select departments.dept_id, null, 'open_bed_days', departments.open_beds * decisions.calendar_days
    from {{ ref('int_conformed__department') }} as departments
    cross join decisions
    where departments.open_beds > 0
    union all
    select dept_id, null, 'open_beds', open_beds from {{ ref('int_conformed__department') }} where open_beds > 0
{%- endmacro %}

{#- Groups of high weight a department treats this year and did not treat last year; unknown where last year was not published. -#}
{% macro new_group_amounts() -%}
    select dept_id, null as doctor_id, 'new_high_weight_groups' as quantity, cast(sum(case when first_year = this_year then 1 else 0 end) as bigint) as amount
    from (
        select
            treated.dept_id,
            treated.group_code,
            extract(year from decisions.month) as this_year,
            min(extract(year from treated.month)) as first_year,
            min(min(extract(year from treated.month))) over () as known_from
        from (
            select dept_id, group_code, weight, month from {{ ref('fct_indicator_case') }}
            union all
            select dept_id, group_code, weight, month from {{ source('history', 'fct_indicator_case') }}
        ) as treated
        cross join decisions
        where extract(year from treated.month) >= extract(year from decisions.month) - 1
            and treated.weight >= {{ parameter('high_weight_group_minimum', 'decimal(9, 4)') }}
        group by treated.dept_id, treated.group_code, decisions.month
    ) as by_group
    where known_from < this_year
    group by dept_id
{%- endmacro %}

{#- Patients referred down, for the department of the stay or visit they were referred from. -#}
{% macro referral_amounts() -%}
    select
        coalesce(stays.discharge_dept_id, visits.dept_id) as dept_id,
        null as doctor_id,
        'referred_down_patients' as quantity,
        count(distinct referrals.patient_id) as amount
    from {{ ref('stg_his__referral') }} as referrals
    left join {{ ref('int_conformed__stay') }} as stays on referrals.encounter_id = stays.stay_id
    left join {{ ref('int_conformed__visit') }} as visits on referrals.encounter_id = visits.visit_id
    where referrals.direction = 'down'
    group by coalesce(stays.discharge_dept_id, visits.dept_id)
{%- endmacro %}

{#- Different drugs charged in the month, and those of them on the list of essential drugs; products of departments do not add up. -#}
{% macro product_amounts() -%}
    {%- for quantity, condition in {'drug_products': 'true', 'essential_drug_products': 'items.is_essential_drug'}.items() %}
    select null as dept_id, null as doctor_id, '{{ quantity }}' as quantity, count(distinct items.item_id) as amount
    from {{ ref('int_costing__charge_volume') }} as volumes
    inner join {{ ref('int_conformed__item_period') }} as items on volumes.item_period_key = items.item_period_key
    where volumes.is_used and items.item_kind = 'drug' and {{ condition }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Stays discharged in the month, and those of them whose front page came. -#}
{% macro front_page_amounts() -%}
    {%- for quantity, condition in {'discharged_stays': 'true', 'paged_stays': 'pages.stay_id is not null'}.items() %}
    select stays.discharge_dept_id as dept_id, stays.attending_doctor_id as doctor_id, '{{ quantity }}' as quantity, count(*) as amount
    from {{ ref('int_conformed__stay') }} as stays
    left join {{ ref('stg_emr__front_page') }} as pages on stays.stay_id = pages.stay_id
    where not stays.is_open and {{ condition }}
    group by stays.discharge_dept_id, stays.attending_doctor_id
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
