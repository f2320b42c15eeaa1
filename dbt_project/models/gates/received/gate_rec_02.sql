with batches as (

    select * from {{ source('run', 'batch') }}

),

totals as (

    select * from {{ source('run', 'control_total') }}

),

landed as (

    {% for table in contract_tables() -%}
    select '{{ table.name }}' as table_name, count(*) as row_count from {{ table.relation }}
    {{ 'union all' if not loop.last }}
    {% else -%}
    select cast(null as varchar) as table_name, 0 as row_count
    {% endfor %}

),

lost_rows as (

    select
        source_name || ' received ' || received_rows || ' landed ' || landed_rows || ' duplicates ' || duplicate_rows as sample_key,
        cast(0 as decimal(38, 2)) as difference_yuan
    from batches
    where received_rows <> landed_rows + duplicate_rows

),

unread_rows as (

    select
        batches.table_name || ' landed ' || sum(batches.landed_rows) || ' read ' || max(landed.row_count) as sample_key,
        cast(0 as decimal(38, 2)) as difference_yuan
    from batches
    inner join landed on batches.table_name = landed.table_name
    group by batches.table_name
    -- A later batch may correct rows of an earlier one, so only a single batch is read row for row.
    having max(landed.row_count) > sum(batches.landed_rows)
        or (count(*) = 1 and max(landed.row_count) <> sum(batches.landed_rows))

),

wrong_sums as (

    select
        batches.source_name || ' ' || totals.column_name || ' declared ' || totals.declared_sum || ' landed ' || totals.landed_sum as sample_key,
        abs(totals.declared_sum - totals.landed_sum - coalesce(totals.rounding_difference, 0)) as difference_yuan
    from totals
    inner join batches on totals.batch_key = batches.batch_key
    where totals.declared_sum - totals.landed_sum <> coalesce(totals.rounding_difference, 0)

),

findings as (

    select sample_key, difference_yuan from lost_rows
    union all
    select sample_key, difference_yuan from unread_rows
    union all
    select sample_key, difference_yuan from wrong_sums

),

checked as (

    select (select count(*) from batches) + (select count(*) from totals) as checked_rows

),

answer as (

    {{ gate_row('REC-02', amount='difference_yuan') }}

)

select * from answer
