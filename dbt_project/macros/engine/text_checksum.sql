{#- A number from 0 to 4294967295 made of a text, the same on every engine; sums of it tell sets of texts apart. -#}
{% macro text_checksum(column) -%}
    {{ return(adapter.dispatch('text_checksum')(column)) }}
{%- endmacro %}

{% macro default__text_checksum(column) -%}
    cast(conv(substr(md5({{ column }}), 1, 8), 16, 10) as bigint)
{%- endmacro %}

{% macro duckdb__text_checksum(column) -%}
    cast('0x' || substr(md5({{ column }}), 1, 8) as bigint)
{%- endmacro %}
