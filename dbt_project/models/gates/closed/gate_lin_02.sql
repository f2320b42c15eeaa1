with coverage as (

    select * from {{ ref('fct_source_coverage') }}

),

differences as (

    select
        table_name,
        sum(case side when 'received' then row_count when 'unexplained' then 0 else -row_count end) as row_difference,
        sum(case side when 'received' then amount_yuan when 'unexplained' then 0 else -amount_yuan end) as difference_yuan,
        sum(case side when 'received' then key_checksum when 'unexplained' then 0 else -key_checksum end) as checksum_difference
    from coverage
    group by table_name

),

findings as (

    select
        table_name || ' ' || row_difference || ' rows ' || difference_yuan || ' yuan' as sample_key,
        abs(difference_yuan) as difference_yuan
    from differences
    where row_difference <> 0 or difference_yuan <> 0 or checksum_difference <> 0

),

checked as (

    select sum(row_count) as checked_rows from coverage where side = 'received'

),

answer as (

    {{ gate_row('LIN-02', amount='difference_yuan') }}

)

select * from answer
