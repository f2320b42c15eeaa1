with limits as (

    select {{ parameter('front_page_fee_tolerance', 'decimal(18, 2)') }} as tolerance_yuan

),

undelivered as (

    select count(*) as tables
    from {{ source('run', 'delivery') }}
    where not is_delivered and table_name in ('his_charge', 'his_item', 'his_inpatient_stay')

),

pages as (

    select
        pages.*,
        limits.tolerance_yuan,
        {{ front_page_fee_fields() | join(' + ') }} as sum_of_fields,
        least({{ front_page_fee_fields() | join(', ') }}, d19x01, d20x01, d20x02, d23x01, total_fee, self_paid_fee) as least_fee
    from {{ ref('stg_emr__front_page') }} as pages
    cross join limits

),

compared as (

    select
        pages.stay_id,
        abs(pages.total_fee - charged.total_yuan) > pages.tolerance_yuan as is_total_off,
        charged.is_classified and (
            {%- for field in front_page_fee_fields() %}
            {{ 'or ' if not loop.first }}abs(pages.{{ field }} - charged.{{ field }}_yuan) > pages.tolerance_yuan
            {%- endfor %}
        ) as is_class_off
    from pages
    inner join {{ ref('int_front_page__charged_fee') }} as charged on pages.stay_id = charged.stay_id and charged.is_whole_stay
    inner join undelivered on undelivered.tables = 0

),

violations as (

    {{ breaks('FP-10', 'pages', 'total_fee <= 0 or abs(total_fee - sum_of_fields) > tolerance_yuan') }}
    union all
    {{ breaks('FP-11', 'pages', 'least_fee < 0 or self_paid_fee > total_fee or d19x01 > d19 or d20x01 + d20x02 > d20 or d23x01 > d23') }}
    union all
    {{ breaks('FP-12', 'compared', 'is_total_off or is_class_off') }}

)

select * from violations
