{#-
    Keys of a wide table are compared by hash first: rows whose hash is alone cannot be duplicates. Sorting ten million hashes costs
    half of grouping them; which of two equal ones comes first shows nowhere.
-#}
{% set wide = ['his_charge'] %}
with delivered as (

    select table_name from {{ source('run', 'delivery') }} where is_delivered

),

received as (

    {% for table in contract_tables() -%}
    select '{{ table.name }}' as table_name, {{ table.may_be_empty }} as may_be_empty, count(*) as row_count from {{ table.relation }}
    {{ 'union all' if not loop.last }}
    {% else -%}
    select cast(null as varchar) as table_name, false as may_be_empty, 0 as row_count
    {% endfor %}

),

repeated_keys as (

    {% for table in contract_tables() -%}
    select
        '{{ table.name }}[' || min(batch_key) || ':' || min(source_row) || '] key {{ table.key | join(", ") }} repeated' as sample_key
    from {{ table.relation }}
    {% if table.name in wide -%}
    where {{ key_hash(table.key) }} in (
        select sorted.hashed_key
        from (
            select hashed.hashed_key, lag(hashed.hashed_key) over (order by hashed.hashed_key) as before
            from (select {{ key_hash(table.key) }} as hashed_key from {{ table.relation }}) as hashed
        ) as sorted
        where sorted.hashed_key = sorted.before
    )
    {% endif -%}
    group by {{ table.key | join(', ') }}
    having count(*) > 1
    {{ 'union all' if not loop.last }}
    {% else -%}
    select cast(null as varchar) as sample_key
    {% endfor %}

),

findings as (

    select received.table_name || ' delivered without rows' as sample_key
    from received
    inner join delivered on received.table_name = delivered.table_name
    where received.row_count = 0 and not received.may_be_empty
    union all
    select sample_key from repeated_keys

),

checked as (

    select sum(row_count) as checked_rows from received

),

answer as (

    {{ gate_row('REC-01') }}

)

select * from answer
