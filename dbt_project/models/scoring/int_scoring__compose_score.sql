{#- A common multiple of all sheet counts up to 20 keeps the sum of means whole, so that the score is rounded once. -#}
{%- set sheets = 232792560 -%}
with dimensions as (

    select * from {{ ref('int_scoring__average_sheets') }}
    where sheet_count > 0

),

whole as (

    select
        dept_id,
        weight,
        {{ scaled_integer('weight', 6) }}
        * {{ scaled_integer('score_sum', 6) }}
        * case
            when {{ sheets }} % sheet_count = 0 then {{ truncated_quotient(sheets, 'sheet_count') }}
            else cast({{ raise_error("'too many score sheets of one dimension: ' || dept_id || ' ' || dimension_code") }} as integer)
        end as points
    from dimensions

),

summed as (

    select
        dept_id,
        cast(sum(points) as decimal(38, 0)) as points,
        cast(sum(weight) as decimal(18, 6)) as weight
    from whole
    group by dept_id

),

composed as (

    select
        dept_id,
        cast({{ divide_rounded('points', '(' ~ sheets ~ ' * ' ~ scaled_integer('weight', 6) ~ ' * 1000000)', 6, 0) }} as decimal(9, 6)) as composite_score
    from summed

)

select * from composed
