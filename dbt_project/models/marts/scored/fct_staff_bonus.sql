with adjusted as (

    select * from {{ ref('int_scoring__adjust_staff') }}

),

decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

bonuses as (

    select
        decisions.hospital_id,
        decisions.month,
        adjusted.dept_id,
        adjusted.staff_id,
        adjusted.sub_pool,
        adjusted.share_yuan,
        adjusted.adjustment_yuan,
        cast(adjusted.share_yuan + adjusted.adjustment_yuan as decimal(18, 2)) as bonus_yuan
    from adjusted
    cross join decisions

)

select * from bonuses
