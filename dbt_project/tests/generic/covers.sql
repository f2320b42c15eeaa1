{#- Parent rows a model loses or takes up twice: the identities and covers of its lineage declaration that look from the parents. -#}
{% test covers(model) %}
{%- if execute %}
select *
from ({{ lineage_identities([model.identifier]) }}) as stated
where failing_rows > 0
{%- else %}
select 1 as relation from {{ model }} where false
{%- endif %}
{% endtest %}
