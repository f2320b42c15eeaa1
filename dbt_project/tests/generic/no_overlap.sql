{#- Half-open periods of one key of which two hold the same day; a period without end lasts. With `table` the row that begins
    too early is named by its source address. -#}
{% test no_overlap(model, key, from_column, to_column, table=none) %}
select *
from (
    select
        {{ key | join(', ') }},
        {{ from_column }},
        {{ to_column }},
        {% if table -%}
        lead({{ address(table, key[0]) }}) over (partition by {{ key | join(', ') }} order by {{ from_column }}) as sample_key,
        {% endif -%}
        lead({{ from_column }}) over (partition by {{ key | join(', ') }} order by {{ from_column }}) as next_from
    from {{ model }}
) as periods
where next_from is not null and ({{ to_column }} is null or next_from < {{ to_column }})
{% endtest %}
