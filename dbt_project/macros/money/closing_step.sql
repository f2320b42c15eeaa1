{#-
Amount of a department after one closing step. Reads the columns of int_scoring__close_departments; a step without
its evidence (no score, no earlier months) leaves the amount as it is. Smoothing works on the sum over the earlier months
and divides once, so that it rounds once; `least` and `greatest` pass over a swing limit that is not set.
-#}
{% macro closing_step(step, before) -%}
{%- set change = "smoothing_alpha * (cast(" ~ before ~ " as decimal(24, 6)) * bonus_months - bonus_sum_yuan)" -%}
{%- set swing = "swing_limit * abs(bonus_sum_yuan)" -%}
    cast(case {{ step }}
        when 'score' then {{ before }} + score_change_yuan
        when 'card' then {{ before }} + card_yuan
        when 'cap' then {{ before }} + cap_yuan
        when 'veto' then {{ before }} + veto_yuan
        when 'subsidy' then {{ before }} + subsidy_yuan
        when 'smoothing' then
            case
                when bonus_months > 0
                    then {{ divide_rounded("bonus_sum_yuan + greatest(least(" ~ change ~ ", " ~ swing ~ "), -" ~ swing ~ ")", "bonus_months", 6, 12) }}
                else {{ before }}
            end
        when 'carry' then {{ before }} + opening_balance_yuan
        when 'floor' then case when {{ before }} < 0 and negative_bonus <> 'as_is' then 0 else {{ before }} end
        else {{ before }}
    end as decimal(24, 6))
{%- endmacro %}
