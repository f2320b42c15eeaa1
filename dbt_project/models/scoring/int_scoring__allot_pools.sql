with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

pools as (

    select * from {{ ref('int_scoring__size_pools') }}

),

positions as (

    select
        dept_id,
        sum(position_weight) as position_weight
    from {{ ref('int_scoring__weigh_positions') }}
    where scheme_code = 'administrative'
    group by dept_id

),

weights as (

    select
        measures.*,
        coalesce(positions.position_weight, 0) as position_weight,
        sum(coalesce(positions.position_weight, 0)) over () as position_weight_sum,
        pools.income_target_yuan,
        pools.administrative_yuan as administrative_pool_yuan,
        case when pools.has_point_price then pools.point_money_yuan else 0 end as point_money_yuan
    from {{ ref('int_scoring__measure_departments') }} as measures
    cross join pools
    left join positions
        on measures.dept_id = positions.dept_id

),

staffed as (

    select
        *,
        case when position_weight_sum > 0 then administrative_pool_yuan else 0 end as administrative_money_yuan
    from weights

),

pointed as (

    {{ largest_remainder('staffed', 'point_money_yuan', 'workload_points', [], ['dept_id'], 6, 4) }}

),

priced as (

    select
        {{ star_except(['part']) }},
        cast(part as decimal(24, 6)) as points_yuan
    from pointed

),

scaled as (

    {{ largest_remainder('priced', 'income_target_yuan', 'income_yuan', [], ['dept_id'], 6, 6) }}

),

earned as (

    select
        {{ star_except(['part']) }},
        cast(part as decimal(24, 6)) as inpatient_income_yuan
    from scaled

),

administered as (

    {{ largest_remainder('earned', 'administrative_money_yuan', 'position_weight', [], ['dept_id'], 6, 12) }}

),

allotted as (

    select
        administered.dept_id,
        administered.scheme_code,
        administered.workload_points,
        administered.points_yuan,
        administered.outpatient_deduction_yuan,
        administered.inpatient_income_yuan,
        administered.inpatient_deduction_yuan,
        administered.true_up_yuan,
        administered.formula_yuan,
        administered.subsidy_yuan,
        scores.composite_score,
        cast(round(
            cast(administered.part as decimal(20, 6)) * coalesce(scores.composite_score, 100) * 0.01, 6
        ) as decimal(24, 6)) as administrative_yuan
    from administered
    left join {{ ref('int_scoring__compose_score') }} as scores
        on administered.dept_id = scores.dept_id

),

summed as (

    select
        allotted.*,
        cast(
            points_yuan - outpatient_deduction_yuan + inpatient_income_yuan - inpatient_deduction_yuan + formula_yuan
            + case when decisions.is_true_up_scored then true_up_yuan else 0 end as decimal(24, 6)
        ) as scored_yuan,
        cast(administrative_yuan + case when decisions.is_true_up_scored then 0 else true_up_yuan end as decimal(24, 6)) as unscored_yuan
    from allotted
    cross join decisions

),

-- A negative sum is not scored, or a poor score would be a reward.
scored as (

    select
        *,
        cast(case
            when scored_yuan > 0 and composite_score is not null then round(scored_yuan * composite_score * 0.01, 6) - scored_yuan
            else 0
        end as decimal(24, 6)) as score_change_yuan
    from summed

)

select * from scored
