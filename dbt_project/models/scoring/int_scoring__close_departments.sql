{#- Steps run in the order of the scheme's policy rows: one pass per place in that order, whatever step stands there. -#}
{%- set places = 8 -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

steps as (

    select * from {{ ref('int_scoring__order_steps') }}
    where slot > 0

),

cards as (

    select
        dept_id,
        max(grade_yuan) + sum(award_yuan) as card_yuan,
        -sum(over_cap_yuan) as cap_yuan,
        max(veto_yuan) as veto_yuan
    from {{ ref('fct_scorecard') }}
    group by dept_id

),

standing_0 as (

    select
        allotted.dept_id,
        allotted.scheme_code,
        allotted.score_change_yuan,
        allotted.subsidy_yuan,
        coalesce(cards.card_yuan, 0) as card_yuan,
        case when card_steps.step is null then 0 else coalesce(cards.cap_yuan, 0) end as cap_yuan,
        coalesce(cards.veto_yuan, 0) as veto_yuan,
        coalesce(recalled.opening_balance_yuan, 0) as opening_balance_yuan,
        recalled.bonus_sum_yuan,
        cast(recalled.bonus_months as decimal(2, 0)) as bonus_months,
        decisions.smoothing_alpha,
        decisions.swing_limit,
        decisions.negative_bonus,
        cast(allotted.scored_yuan + allotted.unscored_yuan as decimal(24, 6)) as standing_0_yuan
    from {{ ref('int_scoring__allot_pools') }} as allotted
    cross join decisions
    left join cards
        on allotted.dept_id = cards.dept_id
    left join steps as card_steps
        on
            allotted.scheme_code = card_steps.scheme_code
            and card_steps.step = 'card'
    left join {{ ref('int_scoring__recall_departments') }} as recalled
        on allotted.dept_id = recalled.dept_id

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
