-- The usual price, or the part or multiple of it that the factors of the case say, rounded once; without factors nothing is counted.
-- Counted and reference fee are whole numbers of their eighth decimal, which cancels.
with scaled as (

    select
        scores.*,
        cast(scores.counted_yuan * 100000000 as bigint) as counted,
        cast(cast(scores.reference_yuan * 100000000 as bigint) as {{ exact_integer() }}) as reference,
        cast(scores.coefficient_inside * 1000000 as bigint) as inside,
        prices.point_units,
        case when scores.has_coefficient then prices.price_high else prices.plain_price_high end as price_high,
        case when scores.has_coefficient then prices.price_low else prices.plain_price_low end as price_low,
        prices.usual_standard_yuan,
        prices.usual_score
    from {{ ref('int_settlement__score_cases') }} as scores
    left join {{ ref('int_settlement__price_references') }} as prices on scores.price_key = prices.price_key

),

multiplied as (

    select
        *,
        counted * price_high + {{ truncated_quotient('counted * price_low', 10 ** 18) }} as payment_units,
        counted * point_units * inside as score_units
    from scaled

),

valued as (

    select
        *,
        {{ unscaled_decimal(truncated_quotient('payment_units + reference * ' ~ 5 * 10 ** 7, 'reference * ' ~ 10 ** 8), 2) }} as own_standard_yuan,
        {{ unscaled_decimal(truncated_quotient('score_units + reference * ' ~ 5 * 10 ** 11, 'reference * ' ~ 10 ** 12), 4) }} as own_score
    from multiplied

),

priced as (

    select
        *,
        case when is_usual then usual_standard_yuan else own_standard_yuan end as standard_total_yuan,
        case when is_usual then usual_score else own_score end as adjusted_score
    from valued

)

select * from priced
