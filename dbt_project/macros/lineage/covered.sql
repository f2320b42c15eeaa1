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

{#-
All charge lines as landing handed them over, in one pass: rows, yuan, checksums of their business keys and addresses. The few
that `charges` does not simply use are told apart by their address; reading the keys costs more than all else, so they are read
once.
-#}
{% macro delivered_charges(charges) -%}
    with rare_charges as (

        select
            batch_key,
            source_row,
            min(disposition_code) as disposition_code
        from {{ charges }}
        where disposition_code <> 0
        group by batch_key, source_row

    )

    select
        coalesce(rare_charges.disposition_code, 0) as disposition_code,
        count(*) as row_count,
        sum(received.amount) as amount_yuan,
        {{ checksum(key_number('his_charge', 'received')) }} as key_checksum,
        {{ checksum(key_hash(['received.batch_key', 'received.source_row'])) }} as address_checksum
    from landing.his_charge as received
    left join rare_charges on received.batch_key = rare_charges.batch_key and received.source_row = rare_charges.source_row
    group by 1
{%- endmacro %}

{#-
Charge lines by disposition: rows, yuan and the checksum of their business keys. A charge keeps the address of its row and no
text. Keys of those that are not simply used were found by their addresses; where the addresses prove that the models hold every
row once, the others have all other keys. `delivered` is what `delivered_charges` found.
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

    sums as (

        select (select sum(charges.address_checksum) from charges) = (select sum(address_checksum) from {{ delivered }}) as is_every_row_held

    ),

    keyed_charges as (

        select
            charges.disposition_code,
            charges.row_count,
            charges.amount_yuan,
            case
                when charges.disposition_code <> 0 or sums.is_every_row_held then coalesce(delivered.key_checksum, 0)
                else -1
            end as key_checksum
        from charges
        cross join sums
        left join {{ delivered }} as delivered on charges.disposition_code = delivered.disposition_code

    )

    select * from keyed_charges
{%- endmacro %}
