-- Days count for every case of such a group; whether they are paid is said by the formula of its class.
with cases as (

    select
        stay_id,
        group_code,
        policy_date,
        stay_days
    from {{ ref('int_settlement__gather_cases') }}
    where status = 'grouped'

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
