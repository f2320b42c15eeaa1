{#-
Billed fee over mean fee with 6 decimals, halves up; a label only: classes compare the fees themselves. Null without a mean fee.
Narrow enough for the engine's short integers; what would not fit is shown as the largest that does.
-#}
{% macro fee_multiple(billed_fee, mean_fee) -%}
{%- set billed = 'cast(' ~ billed_fee ~ ' * 100 as bigint)' -%}
{%- set mean = 'cast(' ~ mean_fee ~ ' * 100 as bigint)' -%}
{%- set millionths = truncated_quotient('2 * ' ~ 10 ** 6 ~ ' * ' ~ billed ~ ' + ' ~ mean, 'nullif(2 * ' ~ mean ~ ', 0)') -%}
cast(cast(case when {{ millionths }} > 999999999999 then 999999999999 else {{ millionths }} end as decimal(12, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(18, 6))
{%- endmacro %}
