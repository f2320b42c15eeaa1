{% set families = ['page', 'value', 'fee', 'diagnosis', 'procedure', 'stay', 'code'] %}
with broken as (

    {% for family in families -%}
    select stay_id, gate_id from {{ ref('int_front_page__' ~ family ~ '_violation') }}
    {{ 'union' if not loop.last }}
    {% endfor %}

),

violations as (

    select
        broken.stay_id,
        broken.gate_id,
        pages.total_fee,
        {{ address('emr_front_page', 'pages.stay_id', 'pages') }} as sample_key
    from broken
    inner join {{ ref('stg_emr__front_page') }} as pages on broken.stay_id = pages.stay_id

)

select * from violations
