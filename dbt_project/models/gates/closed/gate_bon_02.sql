with pools as (

    select * from {{ ref('int_scoring__size_pools') }}

),

recipients as (

    select * from {{ ref('int_scoring__round_departments') }}

),

positions as (

    select count(*) as position_count
    from {{ ref('int_scoring__weigh_positions') }}
    where scheme_code = 'administrative' and position_weight > 0

),

findings as (

    select
        'departments and reserve against the approved total' as sample_key,
        pools.total_yuan - sums.bonus_yuan as difference_yuan
    from pools
    cross join (select coalesce(sum(bonus_yuan), 0) as bonus_yuan from recipients) as sums
    where pools.total_yuan <> sums.bonus_yuan
    union all
    select
        'RESERVE below zero' as sample_key,
        -bonus_yuan as difference_yuan
    from recipients
    where dept_id = 'RESERVE' and bonus_yuan < 0
    union all
    select
        'point money without points, or not positive' as sample_key,
        abs(point_money_yuan) as difference_yuan
    from pools
    where not has_point_price and exists (select 1 from recipients)
    union all
    select
        'administrative pool without staff' as sample_key,
        pools.administrative_yuan as difference_yuan
    from pools
    cross join positions
    where pools.administrative_yuan <> 0 and positions.position_count = 0

),

checked as (

    select count(*) as checked_rows from recipients

),

answer as (

    {{ gate_row('BON-02', amount='difference_yuan', hint=not_delivered(['performance_pool'])) }}

)

select * from answer
