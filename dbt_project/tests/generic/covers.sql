{#- Keys of `other` the model does not have. -#}
{% test covers(model, columns, other, other_where='true') %}
select {{ columns | join(', ') }}
from {{ other }}
where {{ other_where }}
except
select {{ columns | join(', ') }}
from {{ model }}
{% endtest %}
