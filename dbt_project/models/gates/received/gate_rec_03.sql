with batches as (

    select * from {{ source('run', 'batch') }}

),

sequences as (

    select
        table_name,
        max(sequence_count) as announced,
        count(distinct sequence_no) filter (where sequence_no between 1 and sequence_count) as present
    from batches
    where sequence_count is not null
    group by table_name

),

missing_tables as (

    select deliveries.table_name
    from {{ source('run', 'delivery') }} as deliveries
    left join batches on deliveries.table_name = batches.table_name
    where deliveries.is_delivered and deliveries.landed_rows > 0 and batches.table_name is null

),

findings as (

    select table_name || ' ' || present || ' of ' || announced || ' files' as sample_key
    from sequences
    where present <> announced
    union all
    select table_name || ' no file' as sample_key
    from missing_tables

),

checked as (

    select count(*) as checked_rows from batches

),

answer as (

    {{ gate_row('REC-03') }}

)

select * from answer
