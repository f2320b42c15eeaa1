-- Settlements simulated before the first published month; what has been published since takes their place.
with openings as (

    select
        opening.subject_id as stay_id,
        opening.month as discharge_month,
        opening.dept_id,
        cast(sum(opening.amount) as decimal(18, 2)) as simulated_yuan
    from {{ ref('stg_performance__opening') }} as opening
    cross join {{ source('run', 'scope') }} as scope
    left join {{ ref('int_settlement__recall_cases') }} as recalled on opening.subject_id = recalled.stay_id
    where opening.measure_code = 'simulated_settlement'
        and opening.month < scope.month_start
        and recalled.stay_id is null
    group by opening.subject_id, opening.month, opening.dept_id

)

select * from openings
