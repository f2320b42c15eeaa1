with staff as (

    select
        *,
        sum(share) over (partition by dept_id, sub_pool) as sub_pool_share
    from {{ ref('int_scoring__share_staff') }}

),

sub_pools as (

    select
        staff.dept_id,
        staff.sub_pool,
        bonuses.bonus_yuan,
        cast(sum(staff.position_weight) as decimal(24, 12)) as position_weight
    from staff
    inner join {{ ref('fct_department_bonus') }} as bonuses
        on staff.dept_id = bonuses.dept_id
    group by
        staff.dept_id,
        staff.sub_pool,
        bonuses.bonus_yuan

),

-- Money that no weight can divide stays undivided, for the gate to find.
divisible as (

    select
        dept_id,
        sub_pool,
        position_weight,
        case when sum(position_weight) over (partition by dept_id) > 0 then bonus_yuan else 0 end as bonus_yuan
    from sub_pools

),

funded as (

    {{ largest_remainder('divisible', 'bonus_yuan', 'position_weight', ['dept_id'], ['sub_pool'], 2, 12) }}

),

persons as (

    select
        staff.staff_id,
        staff.dept_id,
        staff.sub_pool,
        staff.share,
        staff.manual_adjustment_yuan,
        case when staff.sub_pool_share > 0 then cast(funded.part as decimal(18, 2)) else 0 end as sub_pool_yuan
    from staff
    inner join funded
        on
            staff.dept_id = funded.dept_id
            and staff.sub_pool = funded.sub_pool

),

shared as (

    {{ largest_remainder('persons', 'sub_pool_yuan', 'share', ['dept_id', 'sub_pool'], ['staff_id'], 2, 0) }}

),

distributed as (

    select
        staff_id,
        dept_id,
        sub_pool,
        cast(part as decimal(18, 2)) as share_yuan,
        manual_adjustment_yuan
    from shared

)

select * from distributed
