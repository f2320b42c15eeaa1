{#- Half-open periods of one key of which two hold the same day; a period without end lasts. -#}
{% test no_overlap(model, key, from_column, to_column) %}
select *
from (
    select
        {{ key | join(', ') }},
        {{ from_column }},
        {{ to_column }},
        lead({{ from_column }}) over (partition by {{ key | join(', ') }} order by {{ from_column }}) as next_from
    from {{ model }}
) as periods
where next_from is not null and ({{ to_column }} is null or next_from < {{ to_column }})
{% endtest %}
