{#- Sets of small whole numbers as bit strings of one length; the leftmost bit is number 1. -#}

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

{#- The smallest member; 0 for the empty set. -#}
{% macro bits_first(bits) -%}
    {{ return(adapter.dispatch('bits_first')(bits)) }}
{%- endmacro %}

{#- bit_position looks at one bit after the other; the length of the hexadecimal text without leading zeros does not. -#}
{% macro duckdb__bits_first(bits) -%}
    {%- set digits = "ltrim(hex(cast(" ~ bits ~ " as blob)), '0')" -%}
    case
        when {{ digits }} = '' then 0
        else bit_length({{ bits }}) - 4 * (length({{ digits }}) - 1)
            - case when {{ digits }} >= '8' then 3 when {{ digits }} >= '4' then 2 when {{ digits }} >= '2' then 1 else 0 end
    end
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
