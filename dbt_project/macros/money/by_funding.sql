{#- The funding sources a voucher line may name. -#}
{% macro funding_sources() -%}
    {{ return(['basic', 'own', 'fiscal_project', 'other_project', 'research']) }}
{%- endmacro %}

{#- One column per funding source from rows of `units`: the row of the main source is the whole amount, the others are parts. -#}
{% macro by_funding(units) -%}
    {%- for source in funding_sources() %}
        sum(case '{{ source }}' when funding_source then {{ units }} when main_funding_source then -{{ units }} else 0 end) as {{ source }}_units{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
