with dimensions as (

    select * from {{ ref('int_scoring__average_sheets') }}

),

findings as (

    select dept_id || ' ' || dimension_code as sample_key
    from dimensions
    where sheet_count = 0

),

checked as (

    select count(*) as checked_rows from dimensions

),

answer as (

    {{ gate_row('BON-10', hint=not_delivered(['performance_pool', 'performance_score'])) }}

)

select * from answer
