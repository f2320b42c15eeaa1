{#- Billed fee over mean fee with 6 decimals, halves up; a label only: classes compare the fees themselves. Null without a mean fee. -#}
{% macro fee_multiple(billed_fee, mean_fee) -%}
{%- set billed = 'cast(' ~ billed_fee ~ ' * 100 as bigint)' -%}
{%- set mean = 'cast(' ~ mean_fee ~ ' * 100 as bigint)' -%}
cast({{ unscaled_decimal(
    truncated_quotient('2 * ' ~ 10 ** 6 ~ ' * ' ~ billed ~ ' + ' ~ mean, 'nullif(2 * ' ~ mean ~ ', 0)'), 6
) }} as decimal(18, 6))
{%- endmacro %}
