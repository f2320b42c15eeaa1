{#- One aggregation per set of columns in a single pass; what a row belongs to is told by grouping(column). -#}
{% macro grouping_sets(sets) -%}
    grouping sets ({% for columns in sets %}({{ columns | join(', ') }}){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
