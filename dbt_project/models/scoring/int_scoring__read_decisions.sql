with scope as (

    select * from {{ source('run', 'scope') }}

),

decisions as (

    select
        hospital_id,
        month_start as month,
        next_month_start,
        policy_sha256 as policy_version,
        {{ dbt.datediff('month_start', 'next_month_start', 'day') }} as calendar_days,
        {{ parameter('recognition_ratio', 'decimal(9,6)') }} as recognition_ratio,
        {{ parameter('uncontrollable_ratio', 'decimal(9,6)') }} as uncontrollable_ratio,
        {{ parameter('recognise_on') }} as recognise_on,
        {{ parameter('true_up_basis') }} as true_up_basis,
        {{ parameter('own_basis') }} as own_basis,
        {{ parameter('deduction_unit') }} as deduction_unit,
        {{ parameter('outpatient_cost_stage') }} as outpatient_cost_stage,
        {{ parameter('inpatient_cost_stage') }} as inpatient_cost_stage,
        {{ parameter('technology_inpatient_points') }} = 'yes' as has_technology_inpatient_points,
        {{ parameter('negative_bonus') }} as negative_bonus,
        {{ parameter('score_applies_to_true_up') }} = 'true' as is_true_up_scored,
        {{ parameter('smoothing_alpha', 'decimal(9,6)') }} as smoothing_alpha,
        {{ parameter('swing_limit', 'decimal(9,6)') }} as swing_limit,
        {{ parameter('reserve_overdraw') }} as reserve_overdraw,
        {{ parameter('completion_cap', 'decimal(9,6)') }} as completion_cap,
        {{ parameter('top_department_share', 'decimal(9,6)') }} as top_department_share,
        {{ parameter('discipline_excess_limit', 'decimal(9,6)') }} as discipline_excess_limit,
        {{ parameter('quality_weight_minimum', 'decimal(7,6)') }} as quality_weight_minimum,
        {{ parameter('year_closing_month', 'integer') }} as year_closing_month,
        {{ parameter('adjustment_minimum', 'decimal(9,6)') }} as adjustment_minimum,
        {{ parameter('adjustment_maximum', 'decimal(9,6)') }} as adjustment_maximum
    from scope

)

select * from decisions
