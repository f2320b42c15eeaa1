-- The weight decides the band; a DIP score is a weight in units of the reference score.
with cases as (

    select distinct
        scheme,
        version,
        group_code,
        policy_date,
        insurance_type
    from {{ ref('int_settlement__gather_cases') }}
    where status = 'grouped'

),

terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

referenced as (

    select
        cases.*,
        case
            when cases.scheme = 'DIP' then payments.score
            else payments.weight
        end as base,
        payments.mean_fee as mean_fee_yuan,
        payments.is_same_price,
        payments.is_basic_group,
        coalesce(payments.weight * terms.reference_score, payments.score) as scaled_weight,
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

),

banded as (

    select
        referenced.scheme,
        referenced.version,
        referenced.group_code,
        referenced.policy_date,
        referenced.insurance_type,
        referenced.base,
        referenced.mean_fee_yuan,
        referenced.is_same_price,
        referenced.is_basic_group,
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

)

select * from banded
