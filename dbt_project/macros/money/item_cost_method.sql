{#- The method of fct_item_cost that `item_cost_method` of the policy means. -#}
{% macro item_cost_method() -%}
    case {{ parameter('item_cost_method') }}
        when 'income_share' then 'revenue'
        when 'points_share' then 'points'
        else {{ parameter('item_cost_method') }}
    end
{%- endmacro %}
