with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

components as (

    select
        shares.scheme_code,
        case when shares.role = 'nurse' then 'nurse' else 'other' end as sub_pool,
        coalesce(max(shares.weight) filter (where shares.component = 'role'), 0) as role,
        coalesce(max(shares.weight) filter (where shares.component = 'points'), 0) as points,
        coalesce(max(shares.weight) filter (where shares.component = 'quality'), 0) as quality,
        coalesce(max(shares.weight) filter (where shares.component = 'teaching'), 0) as teaching
    from {{ source('policy', 'staff_share') }} as shares
    inner join decisions
        on {{ in_force('shares', 'decisions.month') }}
    group by
        shares.scheme_code,
        case when shares.role = 'nurse' then 'nurse' else 'other' end

),

totals as (

    select
        *,
        sum(role_weight) over (partition by dept_id, sub_pool) as role_total,
        sum(points_weight) over (partition by dept_id, sub_pool) as points_total,
        sum(quality_weight) over (partition by dept_id, sub_pool) as quality_total,
        sum(teaching_weight) over (partition by dept_id, sub_pool) as teaching_total
    from {{ ref('int_scoring__measure_staff') }}

),

shares as (

    select
        totals.*,
        {{ share_of('role_weight', 'role_total') }} as role_share,
        {{ share_of('points_weight', 'points_total') }} as points_share,
        {{ share_of('quality_weight', 'quality_total') }} as quality_share,
        {{ share_of('teaching_weight', 'teaching_total') }} as teaching_share
    from totals

),

shared as (

    select
        shares.staff_id,
        shares.dept_id,
        shares.sub_pool,
        shares.position_weight,
        shares.manual_adjustment_yuan,
        cast(coalesce(
            {{ scaled_integer('components.role', 6) }} * shares.role_share
            + {{ scaled_integer('components.points', 6) }} * coalesce(shares.points_share, shares.role_share)
            + {{ scaled_integer('components.quality', 6) }} * coalesce(shares.quality_share, shares.role_share)
            + {{ scaled_integer('components.teaching', 6) }} * coalesce(shares.teaching_share, shares.role_share),
            0
        ) as decimal(38, 0)) as share
    from shares
    left join components
        on
            shares.scheme_code = components.scheme_code
            and shares.sub_pool = components.sub_pool

)

select * from shared
