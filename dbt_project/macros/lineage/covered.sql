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

{#- All charge lines as landing handed them over, in one pass: rows, yuan, checksums of their business keys and addresses. -#}
{% macro delivered_charges() -%}
    select
        count(*) as row_count,
        sum(received.amount) as amount_yuan,
        {{ checksum(key_number('his_charge', 'received')) }} as key_checksum,
        {{ checksum(key_hash(['received.batch_key', 'received.source_row'])) }} as address_checksum
    from landing.his_charge as received
{%- endmacro %}

{#-
Charge lines by disposition: rows, yuan and the checksum of their business keys. A charge keeps the address of its row and no
text. Keys are looked up for the few that are not simply used; where the addresses prove that the models hold every row
once, the others have what is left of all keys. A join of all lines would cost three times as much, and the row number alone
finds the few before the whole address does. `delivered` is what `delivered_charges` found.
-#}
{% macro charges_by_disposition(charges, delivered) -%}
    with charges as (

        select
            disposition_code,
            count(*) as row_count,
            sum(amount_yuan) as amount_yuan,
            {{ checksum(key_hash(['batch_key', 'source_row'])) }} as address_checksum
        from {{ charges }}
        group by disposition_code

    ),

    rare_charges as (

        select
            charges.disposition_code,
            {{ checksum(key_number('his_charge', 'received')) }} as key_checksum
        from {{ charges }} as charges
        inner join landing.his_charge as received on charges.batch_key = received.batch_key and charges.source_row = received.source_row
        where charges.disposition_code <> 0
            and received.source_row in (select rare.source_row from {{ charges }} as rare where rare.disposition_code <> 0)
        group by charges.disposition_code

    ),

    keyed_charges as (

        select
            charges.disposition_code,
            charges.row_count,
            charges.amount_yuan,
            case
                when charges.disposition_code <> 0 then coalesce(rare_charges.key_checksum, 0)
                when (select sum(held.address_checksum) from charges as held) = delivered.address_checksum
                    then delivered.key_checksum - (select coalesce(sum(rare.key_checksum), 0) from rare_charges as rare)
                else -1
            end as key_checksum
        from charges
        cross join {{ delivered }} as delivered
        left join rare_charges on charges.disposition_code = rare_charges.disposition_code

    )

    select * from keyed_charges
{%- endmacro %}
