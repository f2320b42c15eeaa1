with decisions as (

    select
        *,
        cast(1 + discipline_excess_limit as decimal(9, 6)) as excess_line
    from {{ ref('int_scoring__read_decisions') }}

),

-- A veto takes the card one grade down, the lowest grade stays where it is.
grades as (

    select
        grades.grade,
        grades.card_score_low,
        lead(grades.card_score_low) over (order by grades.card_score_low) as next_grade_low,
        grades.multiplier,
        row_number() over (order by grades.card_score_low desc) as place,
        count(*) over () as grade_count
    from {{ source('policy', 'grade') }} as grades
    inner join decisions
        on {{ in_force('grades', 'decisions.month') }}

),

rows_of_card as (

    select
        scored.*,
        decisions.hospital_id,
        decisions.month,
        decisions.excess_line,
        scored.is_valued = 1 and scored.rank_in_hospital <= decisions.top_department_share * scored.valued_departments as is_top,
        greatest(earned.scored_yuan + earned.unscored_yuan + case when steps.step is null then 0 else earned.score_change_yuan end, 0) as earned_yuan,
        coalesce(recalled.year_bonus_yuan, 0) as year_bonus_yuan
    from {{ ref('int_scoring__score_indicators') }} as scored
    inner join {{ ref('int_scoring__allot_pools') }} as earned
        on scored.dept_id = earned.dept_id
    left join {{ ref('int_scoring__order_steps') }} as steps
        on
            earned.scheme_code = steps.scheme_code
            and steps.step = 'score'
    left join {{ ref('int_scoring__recall_departments') }} as recalled
        on scored.dept_id = recalled.dept_id
    cross join decisions

),

rules as (

    select
        departments.strategy_class as dept_strategy_class,
        rules.*,
        coalesce(rules.period, 'month') = 'month' or extract(month from decisions.month) = decisions.year_closing_month as is_due,
        rank() over (
            partition by departments.strategy_class, rules.indicator_code, rules.basis
            order by case when nullif(rules.strategy_class, '') is null then 1 else 0 end
        ) as precedence
    from (select distinct coalesce(strategy_class, '') as strategy_class from rows_of_card) as departments
    inner join {{ source('policy', 'award') }} as rules
        on coalesce(rules.strategy_class, '') in ('', departments.strategy_class)
    inner join decisions
        on {{ in_force('rules', 'decisions.month') }}

),

granted as (

    select
        rows_of_card.dept_id,
        rows_of_card.indicator_code,
        rules.cap,
        rows_of_card.factor,
        {{ award_of_indicator() }} as indicator_yuan,
        {{ award_of_department() }} as department_yuan
    from rows_of_card
    inner join rules
        on
            rows_of_card.indicator_code = rules.indicator_code
            and coalesce(rows_of_card.strategy_class, '') = rules.dept_strategy_class
            and rules.precedence = 1
            and rules.is_due
    where rows_of_card.value is not null

),

amounts as (

    select
        *,
        cast(coalesce(
            {{ divide_rounded('indicator_yuan', 'factor', 6, 12) }}, cast(round(department_yuan, 6) as decimal(38, 6)), 0
        ) as decimal(24, 6)) as amount_yuan
    from granted

),

awards as (

    select
        dept_id,
        indicator_code,
        cast(sum(amount_yuan) as decimal(24, 6)) as award_yuan,
        cast(sum(greatest(amount_yuan - coalesce(cap, amount_yuan), 0)) as decimal(24, 6)) as over_cap_yuan
    from amounts
    group by
        dept_id,
        indicator_code

),

cards as (

    select
        rows_of_card.hospital_id,
        rows_of_card.month,
        rows_of_card.dept_id,
        rows_of_card.indicator_code,
        rows_of_card.dimension,
        rows_of_card.value,
        rows_of_card.target,
        rows_of_card.target_floor,
        rows_of_card.target_weight,
        rows_of_card.is_veto,
        rows_of_card.is_attained,
        rows_of_card.score,
        rows_of_card.card_score,
        rows_of_card.veto_count,
        earned_grade.grade as card_grade,
        final_grade.grade as final_grade,
        cast(rows_of_card.earned_yuan as decimal(24, 6)) as earned_yuan,
        cast(round(rows_of_card.earned_yuan * (earned_grade.multiplier - 1), 6) as decimal(24, 6)) as grade_yuan,
        cast(round(rows_of_card.earned_yuan * (final_grade.multiplier - earned_grade.multiplier), 6) as decimal(24, 6)) as veto_yuan,
        coalesce(awards.award_yuan, 0) as award_yuan,
        coalesce(awards.over_cap_yuan, 0) as over_cap_yuan
    from rows_of_card
    left join grades as earned_grade
        on
            rows_of_card.card_score >= earned_grade.card_score_low
            and (earned_grade.next_grade_low is null or rows_of_card.card_score < earned_grade.next_grade_low)
    left join grades as final_grade
        on final_grade.place = least(earned_grade.place + rows_of_card.veto_count, earned_grade.grade_count)
    left join awards
        on
            rows_of_card.dept_id = awards.dept_id
            and rows_of_card.indicator_code = awards.indicator_code

)

select * from cards
