with closed as (

    select * from {{ ref('int_scoring__close_departments') }}

),

recalled as (

    select * from {{ ref('int_scoring__recall_departments') }}

),

cards as (

    select * from {{ ref('fct_scorecard') }}

),

named as (

    select
        closed.dept_id,
        100 + closed.step_no as sequence,
        case closed.step
            when 'score' then 'ADJ_SCORE'
            when 'veto' then 'ADJ_VETO'
            when 'subsidy' then 'SUBSIDY'
            when 'smoothing' then 'ADJ_SMOOTH'
            when 'carry' then 'CARRY'
            when 'floor' then 'ADJ_FLOOR'
        end as component,
        case
            when closed.step = 'score' then 'scored.fct_dimension_score'
            when closed.step = 'veto' then 'scored.fct_scorecard'
            when closed.step = 'subsidy' then 'landing.performance_subsidy'
            when closed.step = 'carry' and recalled.is_opening_published then 'history.fct_department_bonus'
            when closed.step = 'carry' then 'landing.performance_opening'
            else 'policy.parameter'
        end as parent_relation,
        case
            when closed.step = 'smoothing' then 'smoothing_alpha'
            when closed.step = 'floor' then 'negative_bonus'
            when closed.step = 'carry' then 'carried_balance|' || closed.dept_id
            else closed.dept_id
        end as parent_key,
        closed.amount_yuan
    from closed
    left join recalled
        on closed.dept_id = recalled.dept_id
    where closed.step not in ('card', 'cap')

),

-- The card writes the grade and each award on a line of its own, so that every line names its indicator.
card_lines as (

    select distinct
        closed.dept_id,
        100 + closed.step_no as sequence,
        'ADJ_CARD' as component,
        'scored.fct_scorecard' as parent_relation,
        closed.dept_id as parent_key,
        cards.grade_yuan as amount_yuan
    from closed
    inner join cards
        on closed.dept_id = cards.dept_id
    where closed.step = 'card'
    union all
    select
        closed.dept_id,
        100 + closed.step_no as sequence,
        case closed.step when 'card' then 'ADJ_CARD' else 'ADJ_CAP' end as component,
        'scored.fct_scorecard' as parent_relation,
        closed.dept_id || '|' || cards.indicator_code as parent_key,
        case when closed.step = 'card' then cards.award_yuan when closed.amount_yuan <> 0 then -cards.over_cap_yuan else 0 end as amount_yuan
    from closed
    inner join cards
        on closed.dept_id = cards.dept_id
    where closed.step in ('card', 'cap')

),

lines as (

    select * from named
    union all
    select * from card_lines

),

written as (

    select * from lines where amount_yuan <> 0

)

select * from written
