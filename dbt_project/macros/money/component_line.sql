{#- One journal line per department from a column of int_scoring__allot_pools, with the relation and key of its evidence. -#}
{% macro component_line(sequence, component, amount, parent_relation, parent_key) -%}
    select
        dept_id,
        {{ sequence }} as sequence,
        '{{ component }}' as component,
        '{{ parent_relation }}' as parent_relation,
        {{ parent_key }} as parent_key,
        {{ amount }} as amount_yuan
    from allotted
{%- endmacro %}
