{#- Whole numbers of up to 38 digits. Every engine raises when a value leaves that range; none wraps around. -#}

{% macro exact_integer() -%}
    {{ return(adapter.dispatch('exact_integer')()) }}
{%- endmacro %}

{% macro default__exact_integer() -%}
    decimal(38, 0)
{%- endmacro %}

{% macro duckdb__exact_integer() -%}
    hugeint
{%- endmacro %}

{#- Quotient of two whole numbers, truncated toward zero. -#}
{% macro truncated_quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('truncated_quotient')(dividend, divisor)) }}
{%- endmacro %}

{#- Decimal division rounds, so the remainder is taken off first and the quotient is whole. -#}
{% macro default__truncated_quotient(dividend, divisor) -%}
    cast((({{ dividend }}) - ({{ dividend }}) % ({{ divisor }})) / ({{ divisor }}) as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__truncated_quotient(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{#- A decimal as a whole number of its `digits`-th decimal place; finer decimals raise instead of being rounded. -#}
{% macro scaled_integer(column, digits) -%}
    case
        when cast({{ column }} as decimal(38, {{ digits }})) is distinct from {{ column }}
            then cast({{ raise_error("'more than " ~ digits ~ " decimals: ' || cast(" ~ column ~ " as varchar(50))") }} as {{ exact_integer() }})
        else cast(cast({{ column }} as decimal(38, {{ digits }})) * {{ 10 ** digits }} as {{ exact_integer() }})
    end
{%- endmacro %}

{#- The reverse: a whole number of units as a decimal with `digits` decimals. -#}
{% macro unscaled_decimal(units, digits) -%}
    cast(cast({{ units }} as decimal({{ 38 - digits }}, 0)) * cast({{ '0.' ~ '0' * (digits - 1) ~ '1' if digits else 1 }} as decimal({{ digits + 1 }}, {{ digits }})) as decimal(38, {{ digits }}))
{%- endmacro %}

{#- Decimals 1-9, 10-18, 19-27 ... of the proper fraction remainder / total as a whole number, `block` counted from 0:
    blocks compared in order sort rows as the fractions themselves. |total| must stay under 10^29. -#}
{% macro fraction_digits(remainder, total, block) -%}
    {%- set ns = namespace(rest=remainder) -%}
    {%- for _ in range(block) -%}
        {%- set ns.rest = '(' ~ ns.rest ~ ' * 1000000000 % ' ~ total ~ ')' -%}
    {%- endfor -%}
    {{ truncated_quotient(ns.rest ~ ' * 1000000000', total) }}
{%- endmacro %}

{#- The rows of `relation` with decimals 1-9, 10-18 and 19-27 of remainder / size as digits_1, digits_2 and digits_3. Where
    `is_comparable` says that all sizes are the same, the remainder itself is digits_1: division of long numbers is dear. -#}
{% macro fraction_digit_columns(relation, remainder, size, is_comparable) -%}
select *, case when {{ is_comparable }} then 0 else {{ fraction_digits('rest_3', size, 0) }} end as digits_3
from (
    select *, case when {{ is_comparable }} then 0 else rest_2 * 1000000000 - digits_2 * {{ size }} end as rest_3
    from (
        select *, case when {{ is_comparable }} then 0 else {{ fraction_digits('rest_2', size, 0) }} end as digits_2
        from (
            select *, case when {{ is_comparable }} then 0 else rest_1 * 1000000000 - digits_1 * {{ size }} end as rest_2
            from (
                select *, case when {{ is_comparable }} then rest_1 else {{ fraction_digits('rest_1', size, 0) }} end as digits_1
                from (
                    select *, {{ remainder }} as rest_1
                    from {{ relation }}
                ) as remaining
            ) as first_digits
        ) as after_first
    ) as second_digits
) as after_second
{%- endmacro %}
