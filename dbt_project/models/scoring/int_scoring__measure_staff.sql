with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

positions as (

    select * from {{ ref('int_scoring__weigh_positions') }}

),

points as (

    select
        dept_id,
        staff_id,
        sum(points) as points
    from {{ ref('int_scoring__earn_points') }}
    where is_own_department and point_kind in ('judging', 'executing')
    group by
        dept_id,
        staff_id

),

submissions as (

    select
        positions.*,
        decisions.calendar_days,
        coalesce(submitted.days_worked, cast(decisions.calendar_days as decimal(9, 4))) as days_worked,
        greatest(coalesce(points.points, 0), 0) as points,
        submitted.quality_score,
        submitted.teaching_score,
        coalesce(submitted.manual_adjustment, 0) as manual_adjustment_yuan
    from positions
    cross join decisions
    left join {{ ref('stg_performance__staff') }} as submitted
        on
            positions.dept_id = submitted.dept_id
            and positions.staff_id = submitted.staff_id
    left join points
        on
            positions.dept_id = points.dept_id
            and positions.staff_id = points.staff_id

),

-- Whole numbers in the last decimal of their factors: shares of them are exact.
whole as (

    select
        *,
        {{ scaled_integer('position_weight', 12) }} as position_units,
        {{ scaled_integer('days_worked', 4) }} as day_units,
        {{ scaled_integer('points', 8) }} as point_units,
        {{ scaled_integer('quality_score', 6) }} as quality_units,
        {{ scaled_integer('teaching_score', 6) }} as teaching_units
    from submissions

),

-- A person without a score stands at the mean of the sub-pool; multiplying by the number of scores keeps that whole.
measured as (

    select
        staff_id,
        dept_id,
        scheme_code,
        sub_pool,
        position_weight,
        manual_adjustment_yuan,
        position_units * day_units as role_weight,
        point_units as points_weight,
        position_units * coalesce(
            quality_units * count(quality_units) over (partition by dept_id, sub_pool),
            sum(quality_units) over (partition by dept_id, sub_pool), 0
        ) as quality_weight,
        position_units * coalesce(
            teaching_units * count(teaching_units) over (partition by dept_id, sub_pool),
            sum(teaching_units) over (partition by dept_id, sub_pool), 0
        ) as teaching_weight
    from whole

)

select * from measured
