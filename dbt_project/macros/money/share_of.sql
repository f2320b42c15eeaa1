{#-
Share of a non-negative whole number in its total, in whole units of 1e-18, truncated; null when the total is zero.
Divides in two steps, so that numbers of up to 28 digits do not leave the range of exact whole numbers.
-#}
{% macro share_of(weight, total) -%}
{%- set divisor = 'nullif(' ~ total ~ ', 0)' -%}
    ({{ truncated_quotient(weight ~ ' * 1000000000', divisor) }} * 1000000000
    + {{ truncated_quotient('((' ~ weight ~ ' * 1000000000) % ' ~ divisor ~ ') * 1000000000', divisor) }})
{%- endmacro %}
