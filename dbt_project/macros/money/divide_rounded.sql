{#-
Exact quotient of two decimals, rounded once, halves away from zero, as DECIMAL(38, digits); null when the divisor is
zero or null. Operands may have up to `operand_digits` decimals; finer ones raise an error, as does a quotient or an
intermediate beyond 38 digits.
-#}
{% macro divide_rounded(numerator, denominator, digits, operand_digits=6) -%}
{%- set n = scaled_integer(numerator, operand_digits) -%}
{%- set d = scaled_integer(denominator, operand_digits) -%}
{{ unscaled_decimal(
    "sign(" ~ n ~ ") * sign(" ~ d ~ ") * "
    ~ truncated_quotient("2 * " ~ 10 ** digits ~ " * abs(" ~ n ~ ") + abs(" ~ d ~ ")", "nullif(2 * abs(" ~ d ~ "), 0)"),
    digits
) }}
{%- endmacro %}
