-- A bed day is a midnight between entering and leaving a ward; it belongs to the day that ends there.
with scope as (

    select * from {{ source('run', 'scope') }}

),

stays as (

    select * from {{ ref('int_conformed__stay') }}

),

transfers as (

    select * from {{ ref('stg_his__transfer') }}

),

sameday as (

    select {{ parameter('sameday_bedday', 'integer', 'scope.month_start') }} as bed_days
    from scope

),

periods as (

    select
        transfers.stay_id,
        transfers.sequence,
        transfers.dept_id,
        cast(transfers.entered_at as date) as entered_on,
        greatest(transfers.entered_at, cast(scope.month_start as timestamp)) as entered_in_month_at,
        least(
            coalesce(transfers.left_at, stays.discharged_at, cast(scope.next_month_start as timestamp)),
            cast(scope.next_month_start as timestamp)
        ) as left_at,
        stays.is_open,
        scope.month_start,
        row_number() over (partition by transfers.stay_id order by transfers.sequence desc) as places_from_last
    from transfers
    inner join stays on transfers.stay_id = stays.stay_id
    cross join scope

),

midnights as (

    select
        *,
        greatest({{ dbt.datediff('entered_on', 'left_on', 'day') }}, 0) as midnights,
        greatest({{ dbt.datediff('greatest(entered_on, month_start)', 'left_on', 'day') }}, 0) as midnights_in_month,
        greatest({{ dbt.datediff('entered_in_month_at', 'left_at', 'minute') }}, 0) as minutes_in_month
    from (select *, cast(left_at as date) as left_on from periods) as dated

),

stay_midnights as (

    select
        *,
        sum(midnights) over (partition by stay_id) as midnights_of_stay
    from midnights

),

counted as (

    select
        stay_midnights.stay_id,
        stay_midnights.dept_id,
        stay_midnights.midnights,
        stay_midnights.midnights_in_month,
        stay_midnights.minutes_in_month,
        case
            when stay_midnights.midnights_of_stay = 0 and not stay_midnights.is_open and stay_midnights.places_from_last = 1
                then sameday.bed_days
            else 0
        end as sameday_days
    from stay_midnights
    cross join sameday

),

ward_days as (

    select
        stay_id,
        dept_id,
        cast(sum(midnights_in_month + sameday_days) as integer) as days_in_month,
        cast(sum(midnights + sameday_days) as integer) as days_whole_stay,
        cast(sum(minutes_in_month) as integer) as minutes_in_month
    from counted
    group by stay_id, dept_id

)

select * from ward_days
