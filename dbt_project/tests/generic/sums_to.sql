{#- Rows whose parts do not add up to the total. -#}
{% test sums_to(model, parts, total) %}
select *
from {{ model }}
where {{ parts | join(' + ') }} is distinct from {{ total }}
{% endtest %}
