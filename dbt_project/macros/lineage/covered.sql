{#-
Rows of a source table by what became of them: one row per reason. `reason` is an SQL expression over alias `received`
(the landed rows) and the joined relations; a reason that begins with `used` counts as used.
-#}
{% macro covered(table_name, reason, amount='0', joined='') -%}
    select
        '{{ table_name }}' as table_name,
        {{ reason }} as reason,
        count(*) as row_count,
        cast(coalesce(sum({{ amount }}), 0) as decimal(38, 2)) as amount_yuan,
        {{ checksum(key_number(table_name, 'received')) }} as key_checksum
    from landing.{{ table_name }} as received
    {{ joined }}
    group by 2
{%- endmacro %}

{#- A number made of the business key of a landed row, whatever file and row it came in. -#}
{% macro key_number(table_name, alias) -%}
    {%- if not execute -%}{{ return('0') }}{%- endif -%}
    {%- set table = contract_tables() | selectattr('name', 'equalto', table_name) | first -%}
    {%- set columns = [] -%}
    {%- for column in table.key -%}{%- do columns.append(alias ~ '.' ~ column) -%}{%- endfor -%}
    {{ return(key_hash(columns)) }}
{%- endmacro %}

{#- A number that changes when a row is missing, added or exchanged for another, in whatever order the rows are read. -#}
{% macro checksum(number) -%}
    cast(coalesce(sum(cast({{ number }} as {{ exact_integer() }})), 0) as decimal(38, 0))
{%- endmacro %}
