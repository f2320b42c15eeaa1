{#- One row per piece of a text, in a select list; `separator` is a single character. -#}
{% macro split_to_rows(column, separator) -%}
    {{ return(adapter.dispatch('split_to_rows')(column, separator)) }}
{%- endmacro %}

{% macro default__split_to_rows(column, separator) -%}
    explode(split({{ column }}, '[{{ separator }}]'))
{%- endmacro %}

{% macro duckdb__split_to_rows(column, separator) -%}
    unnest(string_split({{ column }}, '{{ separator }}'))
{%- endmacro %}
