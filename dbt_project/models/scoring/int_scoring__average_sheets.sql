with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

departments as (

    select * from {{ ref('int_scoring__assign_scheme') }}

),

weights as (

    select
        weights.dept_class,
        weights.dimension_code,
        weights.weight
    from {{ source('policy', 'score_weight') }} as weights
    inner join decisions
        on {{ in_force('weights', 'decisions.month') }}

),

sheets as (

    select
        dept_id,
        dimension_code,
        count(*) as sheet_count,
        cast(sum(score) as decimal(18, 6)) as score_sum
    from {{ ref('stg_performance__score') }}
    group by
        dept_id,
        dimension_code

),

averaged as (

    select
        departments.dept_id,
        weights.dimension_code,
        weights.weight,
        coalesce(sheets.sheet_count, 0) as sheet_count,
        sheets.score_sum,
        cast({{ divide_rounded('sheets.score_sum', 'cast(sheets.sheet_count as decimal(9, 0))', 6) }} as decimal(9, 6)) as mean_score
    from departments
    inner join weights
        on departments.dept_class = weights.dept_class
    left join sheets
        on
            departments.dept_id = sheets.dept_id
            and weights.dimension_code = sheets.dimension_code

)

select * from averaged
