with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

steps as (

    select
        steps.scheme_code,
        steps.step,
        steps.step_no
    from {{ source('policy', 'bonus_step') }} as steps
    inner join decisions
        on {{ in_force('steps', 'decisions.month') }}
    where steps.is_on

),

ordered as (

    select
        scheme_code,
        step,
        step_no,
        row_number() over (partition by scheme_code order by step_no, step) as slot
    from steps
    where step <> 'inpatient_pool'

),

with_pool_step as (

    select * from ordered
    union all
    select
        scheme_code,
        step,
        step_no,
        0 as slot
    from steps
    where step = 'inpatient_pool'

)

select * from with_pool_step
