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
        {{ address_checksum('received') }} as key_checksum
    from landing.{{ table_name }} as received
    {{ joined }}
    group by 2
{%- endmacro %}

{#- A number that changes when an address is missing, added or exchanged; equal on every engine. -#}
{% macro address_checksum(alias) -%}
    cast(coalesce(sum(mod({{ alias }}.source_row * 2654435761 + {{ alias }}.batch_key * 40503, 4294967291)), 0) as decimal(38, 0))
{%- endmacro %}
