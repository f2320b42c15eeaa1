{#- One journal line per department from a component of int_scoring__apply_formulas, with the relation of its evidence. -#}
{% macro formula_line(sequence, component, parent_relation) -%}
    select
        dept_id,
        {{ sequence }} as sequence,
        component,
        '{{ parent_relation }}' as parent_relation,
        dept_id as parent_key,
        amount_yuan
    from {{ ref('int_scoring__apply_formulas') }}
    where component = '{{ component }}'
{%- endmacro %}
