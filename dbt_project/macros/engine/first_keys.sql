{#- The smallest keys of a group in order, joined by a semicolon; null without keys. -#}
{% macro first_keys(key, count=20) -%}
    {{ return(adapter.dispatch('first_keys')(key, count)) }}
{%- endmacro %}

{% macro default__first_keys(key, count) -%}
    nullif(array_join(slice(array_sort(collect_list({{ key }})), 1, {{ count }}), '; '), '')
{%- endmacro %}

{% macro duckdb__first_keys(key, count) -%}
    array_to_string(min({{ key }}, {{ count }}), '; ')
{%- endmacro %}
