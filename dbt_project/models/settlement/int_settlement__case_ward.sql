with current_wards as (

    select stay_id, dept_id, ward_weight from {{ ref('int_settlement__weigh_wards') }}

),

wanted as (

    select stay_id from {{ ref('int_settlement__gather_cases') }} where is_late
    union
    select stay_id from {{ ref('int_settlement__match_true_ups') }} where not is_opening

),

published_wards as (

    select
        wards.stay_id,
        wards.dept_id,
        wards.ward_weight
    from {{ source('history', 'fct_case_ward') }} as wards
    inner join wanted on wards.stay_id = wanted.stay_id

),

opening_wards as (

    select
        openings.stay_id,
        openings.dept_id,
        cast(case
            when sum(openings.simulated_yuan) over (partition by openings.stay_id) = 0 then 1
            else openings.simulated_yuan
        end as decimal(18, 4)) as ward_weight
    from {{ ref('int_settlement__recall_openings') }} as openings
    inner join {{ ref('int_settlement__match_true_ups') }} as due on openings.stay_id = due.stay_id

),

wards as (

    select * from current_wards
    union all
    select * from published_wards
    union all
    select * from opening_wards

)

select * from wards
