{#- Marks of fct_indicator_case, 1 or 0: an indicator may name them as population, numerator or denominator. -#}
{% macro case_marks() -%}
    {{ return([
        'is_groupable', 'is_grouped', 'is_ambiguous', 'is_weighted', 'is_settled', 'is_high_multiple', 'is_low_multiple', 'is_costed',
        'is_balanced', 'is_fee_benchmarked', 'is_days_benchmarked', 'is_low_risk', 'is_dead', 'is_surgical', 'is_elective_surgical',
        'is_day_surgery', 'is_level_3_4', 'is_level_4', 'is_minimally_invasive', 'is_unplanned_return', 'is_preoperatively_timed',
        'is_complication_checked', 'is_complicated', 'is_type_1_incision', 'is_infected_incision', 'is_readmission_checked',
        'is_card_readmission', 'is_national_readmission', 'is_not_long_stay', 'is_given_antibacterials', 'is_front_page_excellent',
        'is_coding_reviewed', 'is_coding_correct', 'is_pathway_eligible', 'is_on_pathway', 'is_pathway_completed', 'is_varied',
        'is_controllably_varied', 'is_uncontrollably_varied', 'is_unvaried', 'is_listed_technique', 'is_special_review',
        'is_given_essential_drug', 'is_given_infusion', 'is_tested_for_microbes', 'is_given_special_service',
    ]) }}
{%- endmacro %}

{#- What an indicator may add up over the cases of its population. -#}
{% macro case_quantities() -%}
    {{ return(case_marks() + [
        'case_count', 'stay_days', 'preoperative_days', 'weight', 'total_fee_yuan', 'drug_fee_yuan', 'drug_fee_without_herbs_yuan', 'material_fee_yuan',
        'cost_yuan', 'standard_total_yuan', 'margin_yuan', 'fee_ratio', 'days_ratio', 'front_page_points', 'exam_count', 'judged_exam_count',
        'positive_exam_count',
    ]) }}
{%- endmacro %}

{#- The column of `alias` that a code names; null for an empty code. A code that names none would count as zero, so it stops the run. -#}
{% macro named_column(code, columns, alias, data_type) -%}
    case coalesce({{ code }}, '')
        when '' then cast(null as {{ data_type }})
        {%- for column in columns %}
        when '{{ column }}' then cast({{ alias }}.{{ column }} as {{ data_type }})
        {%- endfor %}
        else cast({{ raise_error("'indicator_definition.csv 指标定义: 病例没有此数量 cases have no quantity ' || " ~ code) }} as {{ data_type }})
    end
{%- endmacro %}

{#- Definitions in force of the month's indicators; the arguments are what they count. -#}
{% macro indicator_definitions() -%}
    select
        definitions.indicator_code,
        definitions.basis,
        coalesce(definitions.population, '') as population,
        definitions.numerator,
        definitions.multiplier,
        definitions.denominator,
        cast(definitions.factor as decimal(12, 0)) as factor
    from {{ source('policy', 'indicator_definition') }} as definitions
    cross join {{ ref('int_scoring__read_decisions') }} as decisions
    inner join {{ source('policy', 'indicator') }} as indicators
        on
            definitions.indicator_code = indicators.indicator_code
            and definitions.definition_version = indicators.definition_version
            and {{ in_force('indicators', 'decisions.month') }}
    where definitions.basis in ('{{ varargs | join("', '") }}') and {{ in_force('definitions', 'decisions.month') }}
{%- endmacro %}
