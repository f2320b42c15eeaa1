{#- Totals of the month for int_scoring__count_activity. `…_amounts` are rows of dept_id, doctor_id, quantity, amount and read its CTE `decisions`. -#}

{#- Totals of a relation as rows, one select for each quantity; `members` are its department and its doctor. -#}
{% macro amounts_of(relation, quantities, members='dept_id, doctor_id') -%}
    {%- for quantity in quantities %}
    select {{ members }}, '{{ quantity }}' as quantity, cast({{ quantity }} as decimal(26, 6)) as amount from {{ relation }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

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

{#- Stays discharged in the month, those of them whose front page came, and what its required items hold (FP-02). -#}
{% macro front_page_totals() -%}
    {%- set required = [
        'pages.medical_record_no', 'pages.sex', 'pages.birth_date', 'pages.admitted_at', 'pages.discharged_at', 'pages.discharge_dept_id',
        'pages.stay_days', 'pages.discharge_way', 'pages.total_fee', 'principals.diagnosis_code', 'principals.admission_condition',
    ] -%}
    select
        stays.discharge_dept_id as dept_id,
        stays.attending_doctor_id as doctor_id,
        count(*) as discharged_stays,
        count(pages.stay_id) as paged_stays,
        {{ required | length }} * count(pages.stay_id) as required_items,
        count({{ required | join(') + count(') }}) as filled_items
    from {{ ref('int_conformed__stay') }} as stays
    left join {{ ref('stg_emr__front_page') }} as pages on stays.stay_id = pages.stay_id
    left join (
        select stay_id, diagnosis_code, admission_condition from {{ ref('stg_emr__diagnosis') }} where sequence = 1
    ) as principals on pages.stay_id = principals.stay_id
    where not stays.is_open
    group by stays.discharge_dept_id, stays.attending_doctor_id
{%- endmacro %}

{#- What insurer and patient paid in the month's settlements, and the insurer's part; no row where none was delivered. -#}
{% macro settled_totals() -%}
    select
        coalesce(sum(fund_booked + other_fund) filter (where encounter_type = 'outpatient'), 0) as outpatient_fund_yuan,
        coalesce(sum(total_fee) filter (where encounter_type = 'outpatient'), 0) as outpatient_settled_yuan,
        coalesce(sum(fund_booked + other_fund) filter (where encounter_type = 'inpatient'), 0) as inpatient_fund_yuan,
        coalesce(sum(total_fee) filter (where encounter_type = 'inpatient'), 0) as inpatient_settled_yuan
    from {{ ref('stg_his__settlement') }}
    having count(*) > 0
{%- endmacro %}

{#- Reports of examinations by the department that made them: all, with a result, positive, those of large equipment, hours to the report. -#}
{% macro exam_totals() -%}
    select
        reports.executing_dept_id as dept_id,
        count(*) as exam_count,
        count(reports.is_positive) as judged_exam_count,
        count(*) filter (where reports.is_positive) as positive_exam_count,
        count(reports.equipment_id) as equipment_exam_count,
        count(reports.is_positive) filter (where reports.equipment_id is not null) as judged_equipment_exam_count,
        count(*) filter (where reports.is_positive and reports.equipment_id is not null) as positive_equipment_exam_count,
        cast({{ divide_rounded(
            'cast(sum(' ~ dbt.datediff('reports.performed_at', 'reports.reported_at', 'minute') ~ ') as decimal(18, 0))', 'cast(60 as decimal(9, 0))', 6
        ) }} as decimal(24, 6)) as report_hours
    from {{ ref('stg_his__exam_report') }} as reports
    group by reports.executing_dept_id
{%- endmacro %}

{#- Visits by department and doctor: all, those that count as outpatient visits, and those given what item_uses() names. -#}
{% macro visit_totals() -%}
    select
        visits.dept_id,
        visits.doctor_id,
        count(*) as visit_count,
        count(*) filter (where visits.visit_type = 'outpatient' and not {{ in_list('visits.dept_id', 'health_checkup') }}) as plain_visit_count,
        count(*) filter (where used.essential_drug_quantity > 0) as essential_drug_visits,
        count(*) filter (where used.infusion_quantity > 0) as infusion_visits,
        count(*) filter (
            where used.special_service_quantity > 0 or {{ in_list('visits.dept_id', 'special_service') }}
        ) as special_service_encounters
    from {{ ref('int_conformed__visit') }} as visits
    left join (
        {{ used_quantities(false) }}
    ) as used
        on visits.visit_key = used.encounter_key
    group by
        visits.dept_id,
        visits.doctor_id
{%- endmacro %}

{#- Expense of the month and parts of it; energy is known where the policy lists the accounts that book it, by prefix. -#}
{% macro expense_totals() -%}
    select
        coalesce(sum(lines.amount_yuan), 0) as expense_yuan,
        coalesce(sum(lines.amount_yuan) filter (where lines.cost_category = 'C1'), 0) as staff_expense_yuan,
        coalesce(sum(lines.amount_yuan) filter (where lines.cost_category = 'C2'), 0) as material_expense_yuan,
        sum(lines.amount_yuan) filter (where energy.account_code is not null) as energy_expense_yuan
    from {{ ref('int_costing__ledger_line') }} as lines
    left join (
        select distinct accounts.account_code
        from {{ ref('stg_ledger__account') }} as accounts
        cross join decisions
        inner join {{ source('policy', 'code_list') }} as lists
            on {{ begins_with('accounts.account_code', 'lists.code') }}
        where lists.list_code = 'account.energy' and {{ in_force('lists', 'decisions.month') }}
    ) as energy on lines.account_code = energy.account_code
    having count(*) > 0
{%- endmacro %}
