with cases as (

    select
        cases.stay_id,
        gathered.group_code,
        gathered.policy_date,
        gathered.stay_days
    from {{ ref('int_settlement__classify_cases') }} as cases
    inner join {{ ref('int_settlement__gather_cases') }} as gathered on cases.stay_id = gathered.stay_id
    where cases.formula = 'per_diem'

),

paid as (

    select
        cases.stay_id,
        cast(sum(
            tiers.amount * greatest(least(cases.stay_days, coalesce(tiers.day_to, cases.stay_days)) - tiers.day_from + 1, 0)
        ) as decimal(18, 2)) as standard_total_yuan
    from cases
    inner join {{ source('policy', 'per_diem') }} as tiers
        on cases.group_code = tiers.group_code and {{ in_force('tiers', 'cases.policy_date') }}
    group by cases.stay_id

)

select * from paid
