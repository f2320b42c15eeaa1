{%- set exams = ['exam_count', 'judged_exam_count', 'positive_exam_count'] -%}
-- A stay of two months was given what either charged; the month before brings what it had by then.
with scope as (

    select * from {{ source('run', 'scope') }}

),

stays as (

    select stay_key, stay_id from {{ ref('int_conformed__stay') }}

),

used as (

    {{ used_quantities(true) }}

),

examined as (

    select
        encounter_id as stay_id,
        count(*) as exam_count,
        count(is_positive) as judged_exam_count,
        count(*) filter (where is_positive) as positive_exam_count
    from {{ ref('stg_his__exam_report') }}
    where encounter_type = 'inpatient'
    group by encounter_id

),

amounts as (

    select
        stays.stay_id,
        {%- for use in item_uses() %}
        used.{{ use }}_quantity,
        {%- endfor %}
        0 as {{ exams | join(', 0 as ') }}
    from used
    inner join stays on used.encounter_key = stays.stay_key
    union all
    select
        stay_id,
        {%- for use in item_uses() %}
        0 as {{ use }}_quantity,
        {%- endfor %}
        {{ exams | join(', ') }}
    from examined
    union all
    select
        published.stay_id,
        {%- for use in item_uses() %}
        published.{{ use }}_quantity,
        {%- endfor %}
        published.{{ exams | join(', published.') }}
    from {{ source('history', 'fct_stay_use') }} as published
    cross join scope
    where published.month = {{ dbt.dateadd('month', -1, 'scope.month_start') }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        amounts.stay_id,
        {%- for use in item_uses() %}
        cast(sum(amounts.{{ use }}_quantity) as decimal(18, 4)) as {{ use }}_quantity,
        {%- endfor %}
        {%- for count in exams %}
        cast(sum(amounts.{{ count }}) as bigint) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from amounts
    inner join stays on amounts.stay_id = stays.stay_id
    cross join scope
    group by scope.hospital_id, scope.month_start, amounts.stay_id

)

select * from published
