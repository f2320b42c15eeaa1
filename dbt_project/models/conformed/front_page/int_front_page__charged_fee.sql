with scope as (

    select * from {{ source('run', 'scope') }}

),

charges as (

    select
        stays.stay_id,
        lower(substr(items.fee_class, 1, 3)) as fee_field,
        sum(charges.amount_yuan) as fee_yuan
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__stay') }} as stays on charges.encounter_key = stays.stay_key and charges.is_inpatient
    left join {{ ref('int_conformed__item_period') }} as items on charges.item_period_key = items.item_period_key
    where not stays.is_open
    group by stays.stay_id, lower(substr(items.fee_class, 1, 3))

),

fees as (

    select stay_id, fee_field, fee_yuan, 0 as is_opening from charges
    union all
    select stay_id, fee_field, fee_yuan, 1 as is_opening from {{ ref('int_front_page__opening_fee') }}

),

-- Charges before the first published month are known here only where they were handed over.
charged as (

    select
        pages.stay_id,
        pages.admitted_at >= scope.month_start or coalesce(max(fees.is_opening), 0) = 1 as is_whole_stay,
        count(*) filter (
            where fees.fee_yuan <> 0 and coalesce(fees.fee_field, '') not in ('{{ front_page_fee_fields() | join("', '") }}')
        ) = 0 as is_classified,
        coalesce(sum(fees.fee_yuan), 0) as total_yuan
        {%- for field in front_page_fee_fields() %},
        coalesce(sum(fees.fee_yuan) filter (where fees.fee_field = '{{ field }}'), 0) as {{ field }}_yuan
        {%- endfor %}
    from {{ ref('stg_emr__front_page') }} as pages
    cross join scope
    left join fees on pages.stay_id = fees.stay_id
    group by pages.stay_id, pages.admitted_at, scope.month_start

)

select * from charged
