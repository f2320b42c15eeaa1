-- Every factor is a whole number of its last decimal, so that the money is rounded once:
-- base 4, coefficients, point value 6 each; counted and reference fee 8, which cancel; 28 decimals in all, the fen is the second.
with cases as (

    select * from {{ ref('int_settlement__gather_cases') }}

),

terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

scaled as (

    select
        scores.stay_id,
        scores.formula,
        {{ scaled_integer('scores.points_base', 4) }} * {{ scaled_integer('scores.counted_yuan', 8) }} as points_counted,
        {{ scaled_integer('scores.reference_yuan', 8) }} as reference_units,
        {{ scaled_integer('scores.coefficient_inside', 6) }} as inside,
        {{ scaled_integer('scores.coefficient_outside', 6) }} as outside,
        {{ scaled_integer('coalesce(cases.auxiliary_coefficient, 1)', 6) }} as auxiliary,
        {{ scaled_integer('coalesce(terms.point_value, 0)', 6) }} as point_value,
        {{ scaled_integer('terms.bonus_factor', 6) }} as bonus
    from {{ ref('int_settlement__score_cases') }} as scores
    inner join cases on scores.stay_id = cases.stay_id
    inner join terms on cases.policy_date = terms.policy_date and cases.insurance_type = terms.insurance_type
    where scores.formula not in ('ungrouped', 'by_item', 'per_diem', 'unpaid')

),

multiplied as (

    select
        stay_id,
        {{ truncated_quotient(
            product_over_power('points_counted', truncated_quotient('inside * outside', 10 ** 6) ~ ' * auxiliary * point_value * bonus'),
            'reference_units'
        ) }} as payment_units,
        points_counted * inside * auxiliary as points_units,
        reference_units
    from scaled

),

priced as (

    select
        stay_id,
        {{ unscaled_decimal(truncated_quotient('payment_units + ' ~ 5 * 10 ** 7, 10 ** 8), 2) }} as standard_total_yuan,
        {{ unscaled_decimal(truncated_quotient('2 * points_units + reference_units * ' ~ 10 ** 12, '2 * reference_units * ' ~ 10 ** 12), 4) }} as adjusted_score
    from multiplied

)

select * from priced
