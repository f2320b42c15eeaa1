with previous_month as (

    select {{ dbt.dateadd('month', -1, 'month_start') }} as month from {{ source('run', 'scope') }}

),

published as (

    select
        balances.stay_id,
        lower(substr(balances.fee_class, 1, 3)) as fee_field,
        sum(balances.fee_yuan) as fee_yuan
    from {{ source('history', 'fct_open_stay') }} as balances
    inner join previous_month on balances.month = previous_month.month
    group by balances.stay_id, lower(substr(balances.fee_class, 1, 3))

),

handed_over as (

    select
        openings.subject_id as stay_id,
        cast(null as varchar) as fee_field,
        sum(openings.amount) as fee_yuan
    from {{ ref('stg_performance__opening') }} as openings
    inner join previous_month on openings.month = previous_month.month
    left join (select distinct stay_id from published) as known on openings.subject_id = known.stay_id
    where openings.measure_code = 'open_stay_fee' and known.stay_id is null
    group by openings.subject_id

),

balances as (

    select stay_id, fee_field, fee_yuan from published
    union all
    select stay_id, fee_field, fee_yuan from handed_over

)

select * from balances
