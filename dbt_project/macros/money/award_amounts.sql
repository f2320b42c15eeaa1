{#-
What one row of award.csv gives or, below zero, takes; null for a basis of the other macro. Both read a row `rules` of the policy
and the row `rows_of_card` of fct_scorecard it is about. An award for a result is paid where the target is met, a charge for a
result where it is missed.
-#}

{#- Measured by the indicator itself, in its own unit: yuan times the factor of its definition. -#}
{% macro award_of_indicator() -%}
{%- set allowed = 'rows_of_card.target * rows_of_card.denominator' -%}
{%- set line = 'cast(rows_of_card.discipline_mean * rows_of_card.excess_line as decimal(18, 12)) * rows_of_card.denominator' -%}
    cast(case rules.basis
        when 'saving' then rules.rate * greatest({{ allowed }} - rows_of_card.numerator, 0)
        when 'overrun' then -rules.rate * greatest(rows_of_card.numerator - {{ allowed }}, 0)
        when 'excess' then -rules.rate * greatest(rows_of_card.numerator - {{ line }}, 0)
        when 'surplus'
            then case
                when rows_of_card.is_attained
                    then rules.rate * greatest(rows_of_card.denominator * rows_of_card.factor - rows_of_card.numerator, 0)
                else 0
            end
        when 'share' then case when rows_of_card.is_attained then rules.rate * rows_of_card.numerator else 0 end
        when 'charge' then case when rows_of_card.is_attained then 0 else -rules.rate * rows_of_card.numerator end
    end as decimal(38, 12))
{%- endmacro %}

{#- A fixed amount, or a part of what the department earned in the month or over the year, in yuan. -#}
{% macro award_of_department() -%}
    cast(case rules.basis
        when 'amount' then case when rows_of_card.is_attained then rules.amount else 0 end
        when 'per_unit' then case when rows_of_card.is_attained then rules.amount * rows_of_card.numerator else 0 end
        when 'top_share' then case when rows_of_card.is_top then rules.rate * rows_of_card.earned_yuan else 0 end
        when 'year_total'
            then case when rows_of_card.is_attained then 0 else -rules.rate * greatest(rows_of_card.year_bonus_yuan + rows_of_card.earned_yuan, 0) end
    end as decimal(38, 12))
{%- endmacro %}
