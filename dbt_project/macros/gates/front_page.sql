{#- Fee fields that add up to the total of a front page: D11 … D34 without the four "of which" items. -#}
{% macro front_page_fee_fields() -%}
    {{ return(['d11', 'd12', 'd13', 'd14', 'd15', 'd16', 'd17', 'd18', 'd19', 'd20', 'd21', 'd22',
               'd23', 'd24', 'd25', 'd26', 'd27', 'd28', 'd29', 'd30', 'd31', 'd32', 'd33', 'd34']) }}
{%- endmacro %}

{#- Whether a code begins with a prefix. -#}
{% macro begins_with(code, prefix) -%}
    substr({{ code }}, 1, length({{ prefix }})) = {{ prefix }}
{%- endmacro %}

{#- Whether a value is on a code list in force in the month. -#}
{% macro in_list(value, list_code) -%}
    {{ value }} in (
        select code_list.code
        from {{ source('policy', 'code_list') }} as code_list
        cross join {{ source('run', 'scope') }} as scope
        where code_list.list_code = '{{ list_code }}' and {{ in_force('code_list', 'scope.month_start') }}
    )
{%- endmacro %}

{#- Stays whose front page breaks a rule, in the shape of the violation models. -#}
{% macro breaks(rule, relation, condition) -%}
    select stay_id, '{{ rule }}' as gate_id from {{ relation }} where {{ condition }}
{%- endmacro %}

{#-
    The gate of a front-page rule: front pages checked, front pages that break it, their total fee.
    `tables`  contract tables the rule needs besides the front page;
    `hint`    expression that is null when the rule can be judged, or none.
-#}
{% macro front_page_gate(rule, tables=[], hint=none) -%}
    {%- set undelivered = not_delivered(['emr_front_page'] + tables) -%}
    with findings as (

        select sample_key, total_fee from {{ ref('int_front_page__violation') }} where gate_id = '{{ rule }}'

    ),

    checked as (

        select count(*) as checked_rows from {{ ref('stg_emr__front_page') }}

    ),

    answer as (

        {{ gate_row(rule, amount='total_fee', hint='coalesce(' ~ undelivered ~ ', ' ~ hint ~ ')' if hint else undelivered) }}

    )

    select * from answer
{%- endmacro %}

{#- Hint that names an optional column when no front page of the month fills it. -#}
{% macro never_filled(column) -%}
    (
        select case when count({{ column }}) = 0 then 'not_applicable:emr_front_page.{{ column }}' end
        from {{ ref('stg_emr__front_page') }}
    )
{%- endmacro %}

{#- Hint that names a code list the policy does not hold. -#}
{% macro list_missing(list_code) -%}
    (
        select case when count(*) = 0 then 'not_applicable:code_list.{{ list_code }}' end
        from {{ source('policy', 'code_list') }}
        where list_code = '{{ list_code }}'
    )
{%- endmacro %}
