with averaged as (

    select * from {{ ref('int_scoring__average_sheets') }}

),

decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

dimensions as (

    select
        decisions.hospital_id,
        decisions.month,
        averaged.dept_id,
        averaged.dimension_code,
        averaged.weight,
        averaged.sheet_count,
        averaged.mean_score
    from averaged
    cross join decisions

)

select * from dimensions
