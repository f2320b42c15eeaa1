{#- Whether a row of a policy table, named by its alias, is valid on a date: valid_from <= date < valid_to. -#}
{% macro in_force(alias, on_date) -%}
    {{ alias }}.valid_from <= {{ on_date }} and ({{ alias }}.valid_to is null or {{ on_date }} < {{ alias }}.valid_to)
{%- endmacro %}
