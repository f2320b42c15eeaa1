{#- One column per cost category C1 to C7 and their total, from the rows of `amount`. -#}
{% macro by_category(amount, category='cost_category') -%}
    {%- for number in range(1, 8) %}
        cast(coalesce(sum(case when {{ category }} = 'C{{ number }}' then {{ amount }} end), 0) as decimal(18, 2)) as c{{ number }}_yuan,
    {%- endfor %}
        cast(coalesce(sum({{ amount }}), 0) as decimal(18, 2)) as total_yuan
{%- endmacro %}

{#- The cost concepts of the report tables, each the sum of the levels it contains. -#}
{% macro cost_concepts() -%}
    select 'medical' as cost_concept, 'L2' as highest_level
    union all
    select 'medical_full' as cost_concept, 'L3' as highest_level
    union all
    select 'hospital_full' as cost_concept, 'L4' as highest_level
{%- endmacro %}
