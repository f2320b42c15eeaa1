{#- Steps run in the order of the scheme's policy rows: one pass per place in that order, whatever step stands there. -#}
{%- set places = 5 -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

steps as (

    select * from {{ ref('int_scoring__order_steps') }}
    where slot > 0

),

sums as (

    select
        allotted.dept_id,
        allotted.scheme_code,
        allotted.composite_score,
        allotted.subsidy_yuan,
        coalesce(recalled.opening_balance_yuan, 0) as opening_balance_yuan,
        recalled.bonus_sum_yuan,
        cast(recalled.bonus_months as decimal(2, 0)) as bonus_months,
        decisions.smoothing_alpha,
        decisions.swing_limit,
        decisions.negative_bonus,
        cast(
            allotted.points_yuan - allotted.outpatient_deduction_yuan
            + allotted.inpatient_income_yuan - allotted.inpatient_deduction_yuan
            + case when decisions.is_true_up_scored then allotted.true_up_yuan else 0 end as decimal(24, 6)
        ) as scored_yuan,
        case when decisions.is_true_up_scored then 0 else allotted.true_up_yuan end + allotted.administrative_yuan as unscored_yuan
    from {{ ref('int_scoring__allot_pools') }} as allotted
    cross join decisions
    left join {{ ref('int_scoring__recall_departments') }} as recalled
        on allotted.dept_id = recalled.dept_id

),

-- A negative sum is not scored, or a poor score would be a reward.
standing_0 as (

    select
        *,
        case
            when scored_yuan > 0 and composite_score is not null then round(scored_yuan * composite_score * 0.01, 6) - scored_yuan
            else 0
        end as score_change_yuan,
        cast(scored_yuan + unscored_yuan as decimal(24, 6)) as standing_0_yuan
    from sums

),
{% for place in range(1, places + 1) %}
standing_{{ place }} as (

    select
        standing.*,
        steps.step as step_{{ place }},
        steps.step_no as step_no_{{ place }},
        {{ closing_step('steps.step', 'standing_' ~ (place - 1) ~ '_yuan') }} as standing_{{ place }}_yuan
    from standing_{{ place - 1 }} as standing
    left join steps
        on
            standing.scheme_code = steps.scheme_code
            and steps.slot = {{ place }}

),
{% endfor %}
moves as (
    {% for place in range(1, places + 1) %}
    select
        dept_id,
        step_{{ place }} as step,
        step_no_{{ place }} as step_no,
        standing_{{ place }}_yuan - standing_{{ place - 1 }}_yuan as amount_yuan
    from standing_{{ places }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

closed as (

    select
        dept_id,
        step,
        step_no,
        cast(amount_yuan as decimal(24, 6)) as amount_yuan
    from moves
    where step is not null

)

select * from closed
