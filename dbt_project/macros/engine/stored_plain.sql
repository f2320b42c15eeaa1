{#-
    The statement that makes a table, without looking for the best compression of each of its columns: for a table of a run that
    is wide and read at once, the search costs more than reading the bytes it saves. Tables written meanwhile are stored so too.
-#}
{% macro stored_plain(statement) -%}
    {{ return(adapter.dispatch('stored_plain')(statement)) }}
{%- endmacro %}

{% macro default__stored_plain(statement) -%}
    {{ statement }}
{%- endmacro %}

{% macro duckdb__stored_plain(statement) -%}
    set force_compression = 'uncompressed';
    {{ statement }};
    reset force_compression;
{%- endmacro %}
