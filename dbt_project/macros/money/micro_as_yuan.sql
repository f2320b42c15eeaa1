{#- Whole micro-yuan as yuan, rounded once to the fen, halves away from zero; null counts as zero. -#}
{% macro micro_as_yuan(micro) -%}
    cast({{ divide_rounded('cast(coalesce(' ~ micro ~ ', 0) as decimal(38, 0))', 1000000, 2, 0) }} as decimal(18, 2))
{%- endmacro %}
