{#- Totals of charges by ordering department. -#}
{%- set outpatient, inpatient, drug = 'not volumes.is_inpatient', 'volumes.is_inpatient', "volumes.item_kind = 'drug'" -%}
{%- set charged = {
    'outpatient_revenue_yuan': outpatient, 'inpatient_revenue_yuan': inpatient, 'medical_revenue_yuan': 'true', 'drug_revenue_yuan': drug,
    'outpatient_drug_yuan': outpatient ~ ' and ' ~ drug, 'material_revenue_yuan': "volumes.item_kind = 'material'",
    'revenue_without_drugs_yuan': 'not (' ~ drug ~ ')', 'key_monitored_yuan': drug ~ ' and items.is_key_monitored',
    'essential_drug_yuan': drug ~ ' and items.is_essential_drug', 'medical_service_yuan': 'services.is_medical_service',
    'special_service_yuan': 'services.is_special or ' ~ in_list('volumes.ordering_dept_id', 'special_service'),
} -%}
{%- set counted = {'drug_quantity': drug, 'key_monitored_quantity': drug ~ ' and items.is_key_monitored'} -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

services as (

    select
        item_period_key,
        {{ in_list('substr(fee_class, 1, 3)', 'fee_class.medical_service') }} as is_medical_service,
        {{ in_list('item_id', 'special_service') }} as is_special
    from {{ ref('int_conformed__item_period') }}

),

charges as (

    select
        volumes.ordering_dept_id as dept_id,
        {%- for quantity, condition in charged.items() %}
        coalesce(sum(volumes.amount_yuan) filter (where {{ condition }}), 0) as {{ quantity }},
        {%- endfor %}
        {%- for quantity, condition in counted.items() %}
        coalesce(sum(volumes.quantity) filter (where {{ condition }}), 0) as {{ quantity }},
        {%- endfor %}
        coalesce(sum(
            cast(volumes.quantity as decimal(20, 4)) * cast(items.defined_daily_doses as decimal(18, 4))
        ) filter (where {{ inpatient }} and items.is_antibacterial), 0) as antibacterial_ddds
    from {{ ref('int_costing__charge_volume') }} as volumes
    inner join {{ ref('int_conformed__item_period') }} as items on volumes.item_period_key = items.item_period_key
    inner join services on volumes.item_period_key = services.item_period_key
    where volumes.is_used
    group by volumes.ordering_dept_id

),

expenses as (

    select
        coalesce(sum(amount_yuan), 0) as expense_yuan,
        coalesce(sum(amount_yuan) filter (where cost_category = 'C1'), 0) as staff_expense_yuan,
        coalesce(sum(amount_yuan) filter (where cost_category = 'C2'), 0) as material_expense_yuan,
        sum(amount_yuan) filter (where {{ in_list('substr(account_code, 1, 6)', 'account.energy') }}) as energy_expense_yuan
    from {{ ref('int_costing__ledger_line') }}
    having count(*) > 0

),

surplus as (

    select
        (select coalesce(sum(medical_revenue_yuan), 0) from charges) - expense_yuan as surplus_yuan,
        (select coalesce(sum(medical_revenue_yuan), 0) from charges) as revenue_yuan
    from expenses

),

exams as (

    select
        reports.executing_dept_id as dept_id,
        count(*) as exam_count,
        count(reports.is_positive) as judged_exam_count,
        count(*) filter (where reports.is_positive) as positive_exam_count,
        count(reports.equipment_id) as equipment_exam_count,
        cast({{ divide_rounded(
            'cast(sum(' ~ dbt.datediff('reports.performed_at', 'reports.reported_at', 'minute') ~ ') as decimal(18, 0))', 'cast(60 as decimal(9, 0))', 6
        ) }} as decimal(24, 6)) as report_hours
    from {{ ref('stg_his__exam_report') }} as reports
    group by reports.executing_dept_id

),

settled as (

    select
        coalesce(sum(fund_booked + other_fund) filter (where encounter_type = 'outpatient'), 0) as outpatient_fund_yuan,
        coalesce(sum(total_fee) filter (where encounter_type = 'outpatient'), 0) as outpatient_settled_yuan,
        coalesce(sum(fund_booked + other_fund) filter (where encounter_type = 'inpatient'), 0) as inpatient_fund_yuan,
        coalesce(sum(total_fee) filter (where encounter_type = 'inpatient'), 0) as inpatient_settled_yuan
    from {{ ref('stg_his__settlement') }}
    having count(*) > 0

),

-- Amounts of different scale would all get the coarsest one.
amounts as (

    select dept_id, doctor_id, 'visit_count' as quantity, count(*) as amount from {{ ref('int_conformed__visit') }} group by dept_id, doctor_id
    union all
    select dept_id, doctor_id, 'plain_visit_count', count(*) filter (where visit_type = 'outpatient')
    from {{ ref('int_conformed__visit') }}
    group by dept_id, doctor_id
    union all
    select dept_id, doctor_id, 'discharge_count', count(*) from {{ ref('fct_indicator_case') }} group by dept_id, doctor_id
    union all
    select dept_id, doctor_id, 'discharge_bed_days', cast(sum(stay_days) as bigint) from {{ ref('fct_indicator_case') }} group by dept_id, doctor_id
    union all
    {{ bed_amounts() }}
    union all
    select staff.dept_id, null, 'doctor_days', count(*) * max(decisions.calendar_days)
    from {{ ref('int_conformed__staff') }} as staff
    cross join decisions
    where staff.role = 'doctor' and staff.is_valid_on_first_day
    group by staff.dept_id
    {%- for quantity in (charged | list) + (counted | list) + ['antibacterial_ddds'] %}
    union all
    select dept_id, null, '{{ quantity }}', cast({{ quantity }} as decimal(26, 6)) from charges
    {%- endfor %}
    union all
    {{ new_group_amounts() }}
    union all
    {{ referral_amounts() }}
    union all
    {{ product_amounts() }}
    union all
    {{ front_page_amounts() }}
    {%- for quantity in ['exam_count', 'judged_exam_count', 'positive_exam_count', 'equipment_exam_count', 'report_hours'] %}
    union all
    select dept_id, null, '{{ quantity }}', cast({{ quantity }} as decimal(26, 6)) from exams
    {%- endfor %}
    {%- for quantity in ['outpatient_fund_yuan', 'outpatient_settled_yuan', 'inpatient_fund_yuan', 'inpatient_settled_yuan'] %}
    union all
    select null, null, '{{ quantity }}', cast({{ quantity }} as decimal(26, 6)) from settled
    {%- endfor %}
    {%- for quantity in ['expense_yuan', 'staff_expense_yuan', 'material_expense_yuan', 'energy_expense_yuan'] %}
    union all
    select null, null, '{{ quantity }}', cast({{ quantity }} as decimal(26, 6)) from expenses
    {%- endfor %}
    union all
    select null, null, 'surplus_yuan', cast(surplus_yuan as decimal(26, 6)) from surplus
    union all
    select null, null, 'revenue_yuan', cast(revenue_yuan as decimal(26, 6)) from surplus
    union all
    select equipment.dept_id, null, 'equipment_capacity', cast(sum(equipment.monthly_capacity) as bigint)
    from {{ ref('stg_his__equipment') }} as equipment
    cross join decisions
    where {{ in_force('equipment', 'decisions.month') }}
    group by equipment.dept_id
    union all
    select null, null, 'follow_up_count', count(*) from {{ ref('stg_his__follow_up') }} having count(*) > 0
    union all
    select null, null, 'follow_up_value', cast(sum(value) as decimal(26, 6)) from {{ ref('stg_his__follow_up') }} having count(*) > 0
    union all
    select dept_id, null, 'controllable_cost_yuan', cast(controllable_yuan as decimal(26, 6)) from {{ ref('fct_cost_control') }}
    union all
    select dept_id, null, 'controlled_income_yuan', cast(income_yuan as decimal(26, 6)) from {{ ref('fct_cost_control') }}

),

typed as (

    select
        dept_id,
        doctor_id,
        quantity,
        cast(amount as decimal(26, 6)) as amount
    from amounts
    where amount is not null

)

select * from typed
