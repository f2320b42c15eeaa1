{#- Keys whose amounts differ between two relations: Σ `column` of the model and Σ `other_column` of `other`, per `by`.
    `where` and `other_where` choose the rows that must meet. -#}
{% test reconciles(model, column, other, other_column=none, by=[], where='true', other_where='true') %}
{%- set keys = by | join(', ') ~ ', ' if by else '' %}
select {{ keys }}sum(amount) as difference
from (
    select {{ keys }}{{ column }} as amount from {{ model }} where {{ where }}
    union all
    select {{ keys }}-({{ other_column or column }}) as amount from {{ other }} where {{ other_where }}
) as both_sides
{{ 'group by ' ~ by | join(', ') if by }}
having sum(amount) <> 0
{% endtest %}
