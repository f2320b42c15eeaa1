{#-
Product of two whole numbers, not negative and of up to 36 digits each, divided by 10^18 and cut to a whole number of up
to 38 digits; beyond that the engine raises an error. The product itself may be far longer than any engine's integer.
-#}
{% macro product_over_power(left, right) -%}
{%- set half = 10 ** 18 -%}
{%- set left_high, left_low = truncated_quotient(left, half), '((' ~ left ~ ') % ' ~ half ~ ')' -%}
{%- set right_high, right_low = truncated_quotient(right, half), '((' ~ right ~ ') % ' ~ half ~ ')' -%}
(
    {{ left_high }} * {{ right_high }} * {{ half }}
    + {{ left_high }} * {{ right_low }}
    + {{ left_low }} * {{ right_high }}
    + {{ truncated_quotient(left_low ~ ' * ' ~ right_low, half) }}
)
{%- endmacro %}
