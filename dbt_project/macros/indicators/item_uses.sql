{#-
What a patient was given, as far as indicators ask whether there was any: the name of the use, and which rows of
int_conformed__item_period (alias `items`) count as it.
-#}
{% macro item_uses() -%}
    {{ return({
        'essential_drug': "items.item_kind = 'drug' and items.is_essential_drug",
        'infusion': in_list('items.item_id', 'use.infusion'),
        'microbiology': in_list('items.item_id', 'use.microbiology'),
        'special_service': in_list('items.item_id', 'special_service'),
    }) }}
{%- endmacro %}

{#- Units of each use charged in the month by encounter; refunds lower them. -#}
{% macro used_quantities(is_inpatient) -%}
    select
        charges.encounter_key,
        {%- for use in item_uses() %}
        sum(case when uses.is_{{ use }} then charges.quantity else 0 end) as {{ use }}_quantity{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_conformed__charge') }} as charges
    inner join {{ ref('int_conformed__disposition') }} as dispositions on charges.disposition_code = dispositions.disposition_code
    inner join (
        select
            items.item_period_key,
            {%- for use, condition in item_uses().items() %}
            {{ condition }} as is_{{ use }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('int_conformed__item_period') }} as items
    ) as uses on charges.item_period_key = uses.item_period_key
    where {{ '' if is_inpatient else 'not ' }}charges.is_inpatient and dispositions.is_used and (uses.is_{{ item_uses() | join(' or uses.is_') }})
    group by charges.encounter_key
{%- endmacro %}
