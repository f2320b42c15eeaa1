-- Most cases are paid the usual price of their group; the others a part or a multiple of it, with or without the coefficient of
-- the hospital (`plain`). Few prices differ, so each is found once. With 28 decimals it may be as long as a whole number can be:
-- `_high` has the first ten of them, `_low` the other eighteen.
with prices as (

    select distinct price_key, point_units, value_units, coefficient_units, inside_units from {{ ref('int_settlement__find_references') }}

),

divided as (

    select
        *,
        {{ truncated_quotient('point_units * value_units * coefficient_units', 10 ** 18) }} as price_high,
        {{ truncated_quotient('point_units * value_units', 10 ** 12) }} as plain_price_high
    from prices

),

priced as (

    select
        price_key,
        point_units,
        price_high,
        point_units * value_units * coefficient_units - price_high * {{ 10 ** 18 }} as price_low,
        plain_price_high,
        (point_units * value_units - plain_price_high * {{ 10 ** 12 }}) * 1000000 as plain_price_low,
        {{ unscaled_decimal(truncated_quotient('price_high + ' ~ 5 * 10 ** 7, 10 ** 8), 2) }} as usual_standard_yuan,
        {{ unscaled_decimal(truncated_quotient('point_units * inside_units + ' ~ 5 * 10 ** 11, 10 ** 12), 4) }} as usual_score
    from divided

)

select * from priced
