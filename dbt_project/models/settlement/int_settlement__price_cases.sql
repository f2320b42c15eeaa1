-- Few factors differ between cases, so every distinct set of them is priced once; a case counted at its mean fee is counted as 1.
-- Every factor is a whole number of its last decimal, so that the money is rounded once:
-- base 4, coefficients, point value 6 each; counted and reference fee 8, which cancel; 28 decimals in all, the fen is the second.
with prices as (

    select
        policy_date,
        insurance_type,
        {{ scaled_integer('coalesce(point_value, 0)', 6) }} * {{ scaled_integer('bonus_factor', 6) }} as price_units
    from {{ ref('int_settlement__find_terms') }}

),

scaled as (

    select
        scores.*,
        cast(scores.points_base * 10000 as bigint) as base_units,
        case when scores.counted_yuan = scores.reference_yuan then 1 else cast(scores.counted_yuan * 100000000 as bigint) end as counted,
        case when scores.counted_yuan = scores.reference_yuan then 1 else cast(scores.reference_yuan * 100000000 as bigint) end as reference,
        cast(scores.coefficient_inside * 1000000 as bigint) as inside,
        cast(scores.coefficient_outside * 1000000 as bigint) as outside,
        cast(coalesce(scores.auxiliary_coefficient, 1) * 1000000 as bigint) as auxiliary,
        case when scores.formula not in ('ungrouped', 'by_item', 'per_diem', 'unpaid') then prices.price_units end as price_units
    from {{ ref('int_settlement__score_cases') }} as scores
    inner join prices on scores.policy_date = prices.policy_date and scores.insurance_type = prices.insurance_type

),

combinations as (

    select distinct base_units, counted, reference, inside, outside, auxiliary, price_units from scaled where price_units is not null

),

multiplied as (

    select
        *,
        {{ truncated_quotient(
            product_over_power(
                'cast(base_units as ' ~ exact_integer() ~ ') * counted',
                'price_units * (' ~ truncated_quotient('inside * outside', 10 ** 6) ~ ' * auxiliary)'
            ),
            'reference'
        ) }} as payment_units,
        cast(base_units as {{ exact_integer() }}) * counted * (inside * auxiliary) as points_units,
        cast(reference as {{ exact_integer() }}) as reference_units
    from combinations

),

valued as (

    select
        *,
        {{ unscaled_decimal(truncated_quotient('payment_units + ' ~ 5 * 10 ** 7, 10 ** 8), 2) }} as standard_total_yuan,
        {{ unscaled_decimal(truncated_quotient('2 * points_units + reference_units * ' ~ 10 ** 12, '2 * reference_units * ' ~ 10 ** 12), 4) }} as adjusted_score
    from multiplied

),

priced as (

    select
        scaled.*,
        valued.standard_total_yuan,
        valued.adjusted_score
    from scaled
    left join valued
        on scaled.base_units = valued.base_units
        and scaled.counted = valued.counted
        and scaled.reference = valued.reference
        and scaled.inside = valued.inside
        and scaled.outside = valued.outside
        and scaled.auxiliary = valued.auxiliary
        and scaled.price_units = valued.price_units

)

select * from priced
