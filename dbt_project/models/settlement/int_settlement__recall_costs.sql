with late as (

    select stay_id from {{ ref('int_settlement__gather_cases') }} where is_late

),

recalled as (

    select
        costs.stay_id,
        costs.own_cost_yuan,
        costs.own_fee_yuan,
        costs.shared_cost_yuan,
        costs.shared_direct_cost_yuan
    from {{ source('history', 'fct_case_cost') }} as costs
    inner join late on costs.stay_id = late.stay_id
    where costs.method = 'top_down'

)

select * from recalled
