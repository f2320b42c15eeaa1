with journal as (

    select * from {{ ref('int_scoring__journalise_departments') }}

),

departments as (

    select * from {{ ref('int_scoring__allot_pools') }}

),

pools as (

    select * from {{ ref('int_scoring__size_pools') }}

),

decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

sums as (

    select
        dept_id,
        sum(amount_micro_yuan) as bonus,
        sum(amount_micro_yuan) filter (where component in ('POINTS', 'OUTPATIENT_DEDUCTION')) as outpatient,
        -sum(amount_micro_yuan) filter (where component = 'OUTPATIENT_DEDUCTION') as outpatient_deduction,
        sum(amount_micro_yuan) filter (where component in ('INPATIENT_INCOME', 'INPATIENT_DEDUCTION')) as inpatient,
        -sum(amount_micro_yuan) filter (where component = 'INPATIENT_DEDUCTION') as inpatient_deduction,
        sum(amount_micro_yuan) filter (where component = 'TRUE_UP') as true_up,
        sum(amount_micro_yuan) filter (where component = 'SUBSIDY') as subsidy,
        sum(amount_micro_yuan) filter (where component = 'ADMINISTRATIVE') as administrative,
        sum(amount_micro_yuan) filter (where component in ('CASE_WEIGHT', 'DIFFICULTY', 'SURPLUS', 'SCORE_CARD')) as formula,
        sum(amount_micro_yuan) filter (where component = 'CARRY') as opening_balance,
        -sum(amount_micro_yuan) filter (where component = 'ADJ_FLOOR') as floored
    from journal
    group by dept_id

),

bonuses as (

    select
        decisions.hospital_id,
        decisions.month,
        departments.dept_id,
        departments.scheme_code,
        departments.workload_points,
        case when departments.workload_points <> 0 then pools.point_price_label end as point_price_label,
        {{ micro_as_yuan('sums.outpatient') }} as outpatient_yuan,
        {{ micro_as_yuan('sums.outpatient_deduction') }} as outpatient_deduction_yuan,
        {{ micro_as_yuan('sums.inpatient') }} as inpatient_yuan,
        {{ micro_as_yuan('sums.inpatient_deduction') }} as inpatient_deduction_yuan,
        {{ micro_as_yuan('sums.true_up') }} as true_up_yuan,
        {{ micro_as_yuan('sums.subsidy') }} as subsidy_yuan,
        {{ micro_as_yuan('sums.administrative') }} as administrative_yuan,
        {{ micro_as_yuan('sums.formula') }} as formula_yuan,
        {{ micro_as_yuan('sums.opening_balance') }} as opening_balance_yuan,
        departments.composite_score,
        {{ micro_as_yuan("case when decisions.negative_bonus = 'carry_forward' then sums.floored end") }} as carried_balance_yuan,
        {{ micro_as_yuan('sums.bonus') }} as bonus_yuan
    from departments
    cross join pools
    cross join decisions
    left join sums
        on departments.dept_id = sums.dept_id

),

completed as (

    select
        *,
        cast(
            bonus_yuan - outpatient_yuan - inpatient_yuan - true_up_yuan - subsidy_yuan - administrative_yuan - formula_yuan - opening_balance_yuan
            as decimal(18, 2)
        ) as adjustment_yuan
    from bonuses

)

select * from completed
