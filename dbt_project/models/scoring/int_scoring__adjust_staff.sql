with staff as (

    select * from {{ ref('int_scoring__split_staff') }}

),

-- A department without bonus pays nobody, whatever was submitted.
granted as (

    select
        staff_id,
        dept_id,
        sub_pool,
        share_yuan,
        case when sum(share_yuan) over (partition by dept_id) = 0 then 0 else manual_adjustment_yuan end as manual_adjustment_yuan
    from staff

),

-- Whoever has no adjustment pays for, or gains from, the adjustments of the colleagues.
bearers as (

    select
        *,
        case when manual_adjustment_yuan = 0 then share_yuan else 0 end as bearing_yuan
    from granted

),

balances as (

    select
        staff_id,
        dept_id,
        sub_pool,
        share_yuan,
        manual_adjustment_yuan,
        cast(bearing_yuan as decimal(18, 2)) as bearing_yuan,
        case
            when sum(bearing_yuan) over (partition by dept_id) = 0 then 0
            else -sum(manual_adjustment_yuan) over (partition by dept_id)
        end as balance_yuan
    from bearers

),

split as (

    {{ largest_remainder('balances', 'balance_yuan', 'bearing_yuan', ['dept_id'], ['staff_id'], 2, 2) }}

),

adjusted as (

    select
        staff_id,
        dept_id,
        sub_pool,
        share_yuan,
        cast(manual_adjustment_yuan + part as decimal(18, 2)) as adjustment_yuan,
        manual_adjustment_yuan
    from split

)

select * from adjusted
