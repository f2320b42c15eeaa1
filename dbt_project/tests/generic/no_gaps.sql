{#- Half-open periods of one key that overlap or leave a day out. -#}
{% test no_gaps(model, key, from_column, to_column) %}
select *
from (
    select
        {{ key | join(', ') }},
        {{ from_column }},
        {{ to_column }},
        lead({{ from_column }}) over (partition by {{ key | join(', ') }} order by {{ from_column }}) as next_from
    from {{ model }}
) as periods
where {{ from_column }} >= {{ to_column }}
    or next_from is distinct from {{ to_column }} and next_from is not null
{% endtest %}
