{#- Position weight, score out of 100 and yuan multiplied as whole numbers, and the last decimal of a micro-yuan in their unit. -#}
{%- set position_units = scaled_integer('cards.position_weight', 12) -%}
{%- set score_units = scaled_integer('cards.card_score', 6) -%}
{%- set card_units = position_units ~ ' * ' ~ score_units ~ ' * ' ~ scaled_integer('prices.score_card_base', 6) -%}
{%- set micro = 10 ** 20 -%}
-- Schemes beside the published one pay a department by a formula of its own; what they pay is taken from the point money.
with prices as (

    select
        {{ parameter('weight_price', 'decimal(18,6)') }} as weight_price,
        {{ parameter('difficulty_price', 'decimal(18,6)') }} as difficulty_price,
        {{ parameter('surplus_share', 'decimal(9,6)') }} as surplus_share,
        {{ parameter('score_card_base', 'decimal(18,6)') }} as score_card_base

),

departments as (

    select
        dept_id,
        scheme_code
    from {{ ref('int_scoring__assign_scheme') }}

),

cases as (

    select
        dept_id,
        cast(sum(weight) as decimal(18, 6)) as weight,
        cast(sum(difficulty_weight) as decimal(18, 6)) as difficulty_weight,
        cast(greatest(sum(payment_yuan - cost_yuan), 0) as decimal(18, 2)) as surplus_yuan
    from {{ ref('int_scoring__share_cases') }}
    group by dept_id

),

cards as (

    select
        positions.dept_id,
        positions.position_weight,
        scores.card_score
    from (
        select
            dept_id,
            cast(sum(position_weight) as decimal(18, 12)) as position_weight
        from {{ ref('int_scoring__weigh_positions') }}
        where scheme_code = 'score_card'
        group by dept_id
    ) as positions
    inner join (
        select
            dept_id,
            max(card_score) as card_score
        from {{ ref('int_scoring__score_indicators') }}
        group by dept_id
    ) as scores
        on positions.dept_id = scores.dept_id

),

paid as (

    select
        'case_weight' as scheme_code,
        cases.dept_id,
        'CASE_WEIGHT' as component,
        round(cast(cases.weight as decimal(20, 6)) * prices.weight_price, 6) as amount_yuan
    from cases
    cross join prices
    union all
    select
        'case_weight' as scheme_code,
        cases.dept_id,
        'DIFFICULTY' as component,
        round(cast(cases.difficulty_weight as decimal(20, 6)) * prices.difficulty_price, 6) as amount_yuan
    from cases
    cross join prices
    union all
    select
        'surplus_share' as scheme_code,
        cases.dept_id,
        'SURPLUS' as component,
        round(cast(cases.surplus_yuan as decimal(20, 2)) * prices.surplus_share, 6) as amount_yuan
    from cases
    cross join prices
    union all
    select
        'score_card' as scheme_code,
        cards.dept_id,
        'SCORE_CARD' as component,
        {{ unscaled_decimal(truncated_quotient('2 * ' ~ card_units ~ ' + ' ~ micro, '2 * ' ~ micro), 6) }} as amount_yuan
    from cards
    cross join prices

),

applied as (

    select
        paid.dept_id,
        paid.component,
        cast(paid.amount_yuan as decimal(24, 6)) as amount_yuan
    from paid
    inner join departments
        on
            paid.dept_id = departments.dept_id
            and paid.scheme_code = departments.scheme_code
    where paid.amount_yuan <> 0

)

select * from applied
