-- Every factor is a whole number of its last decimal, so that the money is rounded once:
-- base 4, coefficients, point value 6 each; counted and reference fee 8, which cancel; 28 decimals in all, the fen is the second.
with cases as (

    select * from {{ ref('int_settlement__gather_cases') }}

),

prices as (

    select
        policy_date,
        insurance_type,
        {{ scaled_integer('coalesce(point_value, 0)', 6) }} * {{ scaled_integer('bonus_factor', 6) }} as price_units
    from {{ ref('int_settlement__find_terms') }}

),

scaled as (

    select
        scores.stay_id,
        scores.formula,
        cast(cast(scores.points_base * 10000 as bigint) as {{ exact_integer() }})
        * {{ scaled_integer('scores.counted_yuan', 8) }} as points_counted,
        cast(cast(scores.reference_yuan * 100 as bigint) as {{ exact_integer() }}) * 1000000 as reference_units,
        cast(scores.coefficient_inside * 1000000 as bigint) as inside,
        cast(scores.coefficient_outside * 1000000 as bigint) as outside,
        cast(coalesce(cases.auxiliary_coefficient, 1) * 1000000 as bigint) as auxiliary,
        prices.price_units
    from {{ ref('int_settlement__score_cases') }} as scores
    inner join cases on scores.stay_id = cases.stay_id
    inner join prices on cases.policy_date = prices.policy_date and cases.insurance_type = prices.insurance_type
    where scores.formula not in ('ungrouped', 'by_item', 'per_diem', 'unpaid')

),

multiplied as (

    select
        stay_id,
        {{ truncated_quotient(
            product_over_power('points_counted', 'price_units * (' ~ truncated_quotient('inside * outside', 10 ** 6) ~ ' * auxiliary)'),
            'reference_units'
        ) }} as payment_units,
        points_counted * (inside * auxiliary) as points_units,
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
