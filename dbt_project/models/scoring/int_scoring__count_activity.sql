{#- Totals of charges by ordering department. -#}
{%- set outpatient, inpatient, drug = 'not volumes.is_inpatient', 'volumes.is_inpatient', "volumes.item_kind = 'drug'" -%}
{%- set charged = {
    'outpatient_revenue_yuan': outpatient, 'inpatient_revenue_yuan': inpatient, 'medical_revenue_yuan': 'true', 'drug_revenue_yuan': drug,
    'outpatient_drug_yuan': outpatient ~ ' and ' ~ drug, 'material_revenue_yuan': "volumes.item_kind = 'material'",
    'drug_revenue_without_herbs_yuan': drug ~ ' and not services.is_herbal', 'revenue_without_drugs_yuan': 'not (' ~ drug ~ ')',
    'key_monitored_yuan': drug ~ ' and items.is_key_monitored',
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
        {{ in_list('substr(fee_class, 1, 3)', 'fee_class.herbal_pieces') }} as is_herbal,
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

    {{ expense_totals() }}

),

surplus as (

    select
        (select coalesce(sum(medical_revenue_yuan), 0) from charges) - expense_yuan as surplus_yuan,
        (select coalesce(sum(medical_revenue_yuan), 0) from charges) as revenue_yuan
    from expenses

),

exams as (

    {{ exam_totals() }}

),

visits as (

    {{ visit_totals() }}

),

discharges as (

    select
        dept_id,
        doctor_id,
        count(*) as discharge_count,
        sum(stay_days) as discharge_bed_days,
        sum(is_given_special_service) as special_service_encounters
    from {{ ref('fct_indicator_case') }}
    group by
        dept_id,
        doctor_id

),

pages as (

    {{ front_page_totals() }}

),

settled as (

    {{ settled_totals() }}

),

-- Amounts of different scale would all get the coarsest one.
amounts as (

    {{ amounts_of('visits', ['visit_count', 'plain_visit_count', 'essential_drug_visits', 'infusion_visits', 'special_service_encounters']) }}
    union all
    {{ amounts_of('discharges', ['discharge_count', 'discharge_bed_days', 'special_service_encounters']) }}
    union all
    select dept_id, doctor_id, 'encounter_count', visit_count from visits
    union all
    select dept_id, doctor_id, 'encounter_count', discharge_count from discharges
    union all
    {{ amounts_of('pages', ['discharged_stays', 'paged_stays', 'required_items', 'filled_items']) }}
    union all
    {{ amounts_of('charges', (charged | list) + (counted | list) + ['antibacterial_ddds'], 'dept_id, null') }}
    union all
    {{ amounts_of('exams', [
        'exam_count', 'judged_exam_count', 'positive_exam_count', 'report_hours',
        'equipment_exam_count', 'judged_equipment_exam_count', 'positive_equipment_exam_count',
    ], 'dept_id, null') }}
    union all
    {{ amounts_of('settled', ['outpatient_fund_yuan', 'outpatient_settled_yuan', 'inpatient_fund_yuan', 'inpatient_settled_yuan'], 'null, null') }}
    union all
    {{ amounts_of('expenses', ['expense_yuan', 'staff_expense_yuan', 'material_expense_yuan', 'energy_expense_yuan'], 'null, null') }}
    union all
    {{ amounts_of('surplus', ['surplus_yuan', 'revenue_yuan'], 'null, null') }}
    union all
    {{ bed_amounts() }}
    union all
    select staff.dept_id, null, 'doctor_days', count(*) * max(decisions.calendar_days)
    from {{ ref('int_conformed__staff') }} as staff
    cross join decisions
    where staff.role = 'doctor' and staff.is_valid_on_first_day
    group by staff.dept_id
    union all
    {{ new_group_amounts() }}
    union all
    {{ referral_amounts() }}
    union all
    {{ product_amounts() }}
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
