with scope as (

    select * from {{ source('run', 'scope') }}

),

items as (

    select item_period_key, lower(substr(fee_class, 1, 3)) as fee_field from {{ ref('int_conformed__item_period') }}

),

pages as (

    select pages.stay_id, pages.admitted_at, stays.stay_key
    from {{ ref('stg_emr__front_page') }} as pages
    left join {{ ref('int_conformed__stay') }} as stays on pages.stay_id = stays.stay_id and not stays.is_open

),

-- Joined by keys until the end: texts cost more than all sums together.
fees as (

    select charges.encounter_key as stay_key, items.fee_field, sum(charges.amount_yuan) as fee_yuan, 0 as is_opening
    from {{ ref('int_conformed__charge') }} as charges
    left join items on charges.item_period_key = items.item_period_key
    where charges.is_inpatient and charges.encounter_key is not null
    group by charges.encounter_key, items.fee_field
    union all
    select pages.stay_key, openings.fee_field, openings.fee_yuan, 1 as is_opening
    from {{ ref('int_front_page__opening_fee') }} as openings
    inner join pages on openings.stay_id = pages.stay_id
    where pages.stay_key is not null

),

sums as (

    select
        stay_key,
        max(is_opening) as has_opening,
        count(*) filter (
            where fee_yuan <> 0 and coalesce(fee_field, '') not in ('{{ front_page_fee_fields() | join("', '") }}')
        ) as unclassified_count,
        sum(fee_yuan) as total_yuan
        {%- for field in front_page_fee_fields() %},
        sum(fee_yuan) filter (where fee_field = '{{ field }}') as {{ field }}_yuan
        {%- endfor %}
    from fees
    group by stay_key

),

-- Charges before the first published month are known here only where they were handed over.
charged as (

    select
        pages.stay_id,
        pages.admitted_at >= scope.month_start or coalesce(sums.has_opening, 0) = 1 as is_whole_stay,
        coalesce(sums.unclassified_count, 0) = 0 as is_classified,
        coalesce(sums.total_yuan, 0) as total_yuan
        {%- for field in front_page_fee_fields() %},
        coalesce(sums.{{ field }}_yuan, 0) as {{ field }}_yuan
        {%- endfor %}
    from pages
    cross join scope
    left join sums on pages.stay_key = sums.stay_key

)

select * from charged
