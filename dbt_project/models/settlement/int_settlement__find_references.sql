-- The weight decides the band; a DIP score is a weight in units of the reference score. A bonus coefficient of a key specialty
-- counts for the groups of the specialty alone.
with cases as (

    select distinct
        scheme,
        version,
        group_code,
        policy_date,
        insurance_type,
        coalesce(auxiliary_coefficient, 1) as auxiliary_coefficient
    from {{ ref('int_settlement__gather_cases') }}
    where status = 'grouped'

),

terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

specialties as (

    select
        days.policy_date,
        extra.group_code,
        sum(extra.value) as bonus_sum
    from (select distinct policy_date from terms where scheme = 'DIP') as days
    inner join {{ source('policy', 'bonus_coefficient') }} as extra on {{ in_force('extra', 'days.policy_date') }}
    where extra.group_code is not null
    group by days.policy_date, extra.group_code

),

referenced as (

    select
        cases.*,
        case when cases.scheme = 'DIP' then payments.score else payments.weight end as base,
        terms.usual_formula,
        terms.points_per_weight,
        payments.mean_fee as mean_fee_yuan,
        coalesce(payments.weight * terms.reference_score, payments.score) as scaled_weight,
        cast(case
            when payments.is_same_price then 1
            when payments.is_basic_group then terms.basic_group_coefficient
            else terms.hospital_coefficient
        end as decimal(9, 6)) as coefficient,
        cast(1 + least(terms.bonus_sum + coalesce(specialties.bonus_sum, 0), terms.bonus_cap) as decimal(9, 6)) as bonus_factor,
        terms.point_value,
        terms.reference_score,
        terms.band_region
    from cases
    inner join terms on cases.policy_date = terms.policy_date and cases.insurance_type = terms.insurance_type
    inner join {{ source('policy', 'group_payment') }} as payments
        on cases.scheme = payments.scheme
        and cases.version = payments.version
        and cases.group_code = payments.group_code
        and terms.hospital_level = payments.hospital_level
        and {{ in_force('payments', 'cases.policy_date') }}
    left join specialties
        on cases.policy_date = specialties.policy_date
        and case when cases.scheme = 'DIP' then cases.group_code end = specialties.group_code

),

banded as (

    select
        referenced.*,
        cast(referenced.base * referenced.points_per_weight as decimal(18, 4)) as points_base,
        bands.high_multiple,
        bands.low_multiple
    from referenced
    left join {{ source('policy', 'payment_band') }} as bands
        on referenced.band_region = bands.region
        and referenced.scheme = bands.scheme
        and referenced.scaled_weight > bands.rw_low * referenced.reference_score
        and (bands.rw_high is null or referenced.scaled_weight <= bands.rw_high * referenced.reference_score)
        and {{ in_force('bands', 'referenced.policy_date') }}
    where referenced.base is not null

),

scaled as (

    select
        scheme,
        version,
        group_code,
        policy_date,
        insurance_type,
        auxiliary_coefficient,
        usual_formula,
        mean_fee_yuan,
        high_multiple,
        low_multiple,
        coefficient,
        cast(cast(points_base * 10000 as bigint) as {{ exact_integer() }}) * cast(auxiliary_coefficient * 1000000 as bigint) as point_units,
        {{ scaled_integer('coalesce(point_value, 0)', 6) }} * {{ scaled_integer('bonus_factor', 6) }} as value_units,
        cast(coefficient * 1000000 as bigint) as coefficient_units,
        case when usual_formula = 'points' then cast(coefficient * 1000000 as bigint) else 1000000 end as inside_units
    from banded

),

keyed as (

    select
        *,
        dense_rank() over (order by point_units, value_units, coefficient_units, inside_units) as price_key
    from scaled

)

select * from keyed
