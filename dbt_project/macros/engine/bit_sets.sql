{#- Sets of small whole numbers as bit strings of one length; the rightmost bit is number 1. -#}

{#- Members of both. -#}
{% macro bits_both(left, right) -%}
    {{ return(adapter.dispatch('bits_both')(left, right)) }}
{%- endmacro %}

{% macro duckdb__bits_both(left, right) -%}
    (({{ left }}) & ({{ right }}))
{%- endmacro %}

{#- Members of either; a null counts as the empty set unless both are null. -#}
{% macro bits_either(left, right) -%}
    {{ return(adapter.dispatch('bits_either')(left, right)) }}
{%- endmacro %}

{% macro duckdb__bits_either(left, right) -%}
    coalesce(({{ left }}) | ({{ right }}), {{ left }}, {{ right }})
{%- endmacro %}

{#- How many members. -#}
{% macro bits_count(bits) -%}
    {{ return(adapter.dispatch('bits_count')(bits)) }}
{%- endmacro %}

{% macro duckdb__bits_count(bits) -%}
    bit_count({{ bits }})
{%- endmacro %}

{#- Rows of `relation` per word of its bit string, in the columns `key`, word_no and word: word n is the sum of 2 to the power
    of m over the members 60 n + m + 1. Words without members are left out. -#}
{% macro bits_words(relation, key, bits) -%}
    {{ return(adapter.dispatch('bits_words')(relation, key, bits)) }}
{%- endmacro %}

{#- A bit string has no part of its own type, but its hexadecimal text does: 15 digits are a word. -#}
{% macro duckdb__bits_words(relation, key, bits) -%}
    (
        select *
        from (
            select
                {{ key }},
                unnest(range(len(words) - 1, -1, -1)) as word_no,
                cast('0x' || unnest(words) as bigint) as word
            from (
                select
                    {{ key }},
                    regexp_extract_all(lpad(digits, cast(15 * ((length(digits) + 14) // 15) as integer), '0'), '.{15}') as words
                from (select {{ key }}, hex(cast({{ bits }} as blob)) as digits from {{ relation }}) as texts
            ) as lists
        ) as every
        where word <> 0
    )
{%- endmacro %}

{#- The smallest member of a word that has one. -#}
{% macro bits_first(word_no, word) -%}
    60 * {{ word_no }} + bit_count(({{ word }} & -({{ word }})) - 1) + 1
{%- endmacro %}

{#- Aggregates: members of every row, members of any row. -#}
{% macro bits_of_all(bits) -%}
    {{ return(adapter.dispatch('bits_of_all')(bits)) }}
{%- endmacro %}

{% macro duckdb__bits_of_all(bits) -%}
    bit_and({{ bits }})
{%- endmacro %}

{% macro bits_of_any(bits) -%}
    {{ return(adapter.dispatch('bits_of_any')(bits)) }}
{%- endmacro %}

{% macro duckdb__bits_of_any(bits) -%}
    bit_or({{ bits }})
{%- endmacro %}
