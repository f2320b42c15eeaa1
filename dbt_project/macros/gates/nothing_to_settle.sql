{#- Hint of a settlement gate: the tables the hospital does not deliver, or that the month holds nothing to judge. -#}
{% macro nothing_to_settle(tables=['emr_front_page'], what='cases') -%}
    coalesce({{ not_delivered(tables) }}, case when checked.checked_rows = 0 then 'not_applicable:{{ what }}' end)
{%- endmacro %}
