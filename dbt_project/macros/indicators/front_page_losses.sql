{#- Points a front page loses by the rules it breaks: of each section at most its points. Reads the CTE `decisions`. -#}
{% macro front_page_losses() -%}
    select
        stay_id,
        sum(section_loss) as points
    from (
        select
            broken.stay_id,
            least(sum(scores.deduction), max(scores.section_points)) as section_loss
        from {{ ref('int_front_page__violation') }} as broken
        cross join decisions
        inner join {{ source('policy', 'front_page_score') }} as scores
            on broken.gate_id = scores.gate_id
        where {{ in_force('scores', 'decisions.month') }}
        group by
            broken.stay_id,
            scores.section
    ) as sections
    group by stay_id
{%- endmacro %}
