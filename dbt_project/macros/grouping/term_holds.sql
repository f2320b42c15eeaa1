{#-
Whether one term of a DIP rule holds. `is_hit`: a code of the field is in the listed set; `value`: the number of the
field, null when missing, which satisfies nothing. An operator the catalogue does not know never holds.
-#}
{% macro term_holds(term, is_hit, value) -%}
    coalesce(
        case {{ term }}.operator
            when 'in_set' then {{ is_hit }}
            when 'not_in_set' then not ({{ is_hit }})
            {% for operator in ['<', '<=', '>', '>=', '='] -%}
            when '{{ operator }}' then {{ value }} {{ operator }} try_cast({{ term }}.operand as decimal(18, 4))
            {% endfor -%}
        end,
        false
    )
{%- endmacro %}
