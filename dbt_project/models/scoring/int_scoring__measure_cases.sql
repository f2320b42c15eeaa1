{%- set measures = [
    ('discharge_count', 'count(*)', 'null'),
    ('cmi', 'sum(weight)', 'count(weight)'),
    ('total_weight', 'sum(weight)', 'null'),
    ('group_count', 'count(distinct group_code)', 'null'),
    ('group_rate', 'count(group_code)', 'sum(is_groupable)'),
    ('high_multiple_share', "count(*) filter (where multiple_class = 'high')", 'count(multiple_class)'),
    ('low_multiple_share', "count(*) filter (where multiple_class = 'low')", 'count(multiple_class)'),
    ('fee_per_case', 'sum(total_fee_yuan)', 'count(*)'),
    ('cost_per_case', 'sum(cost_yuan)', 'count(cost_yuan)'),
    ('margin_per_case', 'sum(standard_total_yuan - cost_yuan)', 'count(standard_total_yuan - cost_yuan)'),
    ('cost_control_ratio', 'sum(cost_yuan) filter (where standard_total_yuan is not null)', 'sum(standard_total_yuan) filter (where cost_yuan is not null)'),
    ('cost_index', 'sum(fee_ratio)', 'count(fee_ratio)'),
    ('time_index', 'sum(days_ratio)', 'count(days_ratio)'),
    ('drug_share', 'sum(drug_fee_yuan)', 'sum(total_fee_yuan)'),
    ('material_share', 'sum(material_fee_yuan)', 'sum(total_fee_yuan)'),
    ('average_stay_days', 'sum(stay_days)', 'count(*)'),
    ('preoperative_stay_days', 'sum(preoperative_days)', 'count(preoperative_days)'),
    ('level_3_4_surgery_share', 'sum(is_level_3_4)', 'count(is_level_3_4)'),
] -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

cases as (

    select * from {{ ref('int_scoring__describe_cases') }}

),

subjects as (

    select 'hospital' as level, decisions.hospital_id as subject_id, cases.* from cases cross join decisions
    union all
    select 'department' as level, dept_id as subject_id, cases.* from cases
    union all
    select 'doctor' as level, doctor_id as subject_id, cases.* from cases
    union all
    select 'group' as level, group_code as subject_id, cases.* from cases

),

sums as (

    select
        level,
        subject_id,
        {%- for code, numerator, denominator in measures %}
        cast({{ numerator }} as decimal(38, 12)) as {{ code }}_numerator,
        cast({{ denominator }} as decimal(38, 12)) as {{ code }}_denominator{{ ',' if not loop.last }}
        {%- endfor %}
    from subjects
    where subject_id is not null
    group by
        level,
        subject_id

),

measured as (
    {% for code, numerator, denominator in measures %}
    select
        level,
        subject_id,
        '{{ code }}' as indicator_code,
        {{ code }}_numerator as numerator,
        {{ code }}_denominator as denominator,
        {{ 'true' if denominator == 'null' else 'false' }} as is_count
    from sums
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from measured
