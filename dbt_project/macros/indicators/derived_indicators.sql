{#-
Indicators made of other indicators. Each macro is one select in the shape of int_scoring__measure_cases over a relation of that
shape; all read the CTE `decisions`.
-#}

{#- The calendar year so far: months as published, and this one. -#}
{% macro accumulated_indicators(measured) -%}
    select
        months.level,
        months.subject_id,
        definitions.indicator_code,
        sum(months.numerator) as numerator,
        sum(months.denominator) as denominator,
        count(months.denominator) = 0 as is_count,
        cast(null as decimal(38, 0)) as n_rows_hash
    from (
        select level, subject_id, indicator_code, numerator, denominator from {{ measured }}
        union all
        select published.level, published.subject_id, published.indicator_code, published.numerator, published.denominator
        from {{ source('history', 'fct_indicator') }} as published
        inner join decisions
            on extract(year from published.month) = extract(year from decisions.month) and published.month < decisions.month
    ) as months
    inner join (
        {{ indicator_definitions('year') }}
    ) as definitions
        on months.indicator_code = definitions.numerator
    group by
        months.level,
        months.subject_id,
        definitions.indicator_code
{%- endmacro %}

{#-
Against the same month of last year, as published. `growth` is measured against what this month's volume would have come to at
last year's value; `change` keeps this month's denominator, and its value is the difference of the values.
-#}
{% macro compared_indicators(measured) -%}
    select
        level,
        subject_id,
        indicator_code,
        numerator - expected as numerator,
        case when basis = 'growth' then expected else denominator end as denominator,
        basis = 'change' and is_count as is_count,
        n_rows_hash
    from (
        select
            measured.level,
            measured.subject_id,
            definitions.indicator_code,
            definitions.basis,
            measured.numerator,
            measured.denominator,
            measured.is_count,
            measured.n_rows_hash,
            cast(case
                when measured.is_count then last_year.numerator
                else {{ divide_rounded(
                    'cast(cast(last_year.numerator as decimal(20, 6)) * cast(measured.denominator as decimal(18, 6)) as decimal(38, 6))',
                    'cast(last_year.denominator as decimal(20, 6))', 6
                ) }}
            end as decimal(38, 12)) as expected
        from {{ measured }} as measured
        inner join (
            {{ indicator_definitions('growth', 'change') }}
        ) as definitions
            on measured.indicator_code = definitions.numerator
        cross join decisions
        inner join {{ source('history', 'fct_indicator') }} as last_year
            on
                measured.level = last_year.level
                and measured.subject_id = last_year.subject_id
                and measured.indicator_code = last_year.indicator_code
        where last_year.month = {{ dbt.dateadd('month', -12, 'decisions.month') }}
    ) as compared
{%- endmacro %}

{#-
100 times the weighted sum of its components over departments: 0 for the worst and 1 for the best of them where the component
is normalised, the value itself where it is not. A department without one of the components has no index.
-#}
{% macro composed_indicators(measured) -%}
    select
        'department' as level,
        subject_id,
        indicator_code,
        cast(100 * sum(cast(part as decimal(20, 12)) * cast(weight as decimal(9, 6))) as decimal(38, 12)) as numerator,
        cast(null as decimal(38, 12)) as denominator,
        true as is_count,
        cast(null as decimal(38, 0)) as n_rows_hash
    from (
        select
            placed.*,
            case
                when not placed.is_normalised then placed.value
                when placed.direction = 'higher' then {{ divide_rounded('placed.value - placed.lowest', 'placed.highest - placed.lowest', 12) }}
                else {{ divide_rounded('placed.highest - placed.value', 'placed.highest - placed.lowest', 12) }}
            end as part
        from (
            select
                measured.subject_id,
                components.indicator_code,
                components.weight,
                components.is_normalised,
                components.component_count,
                indicators.direction,
                measured.value,
                min(measured.value) over (partition by components.indicator_code, components.component_code) as lowest,
                max(measured.value) over (partition by components.indicator_code, components.component_code) as highest
            from {{ measured }} as measured
            inner join (
                select
                    parts.*,
                    count(*) over (partition by parts.indicator_code) as component_count
                from {{ source('policy', 'indicator_component') }} as parts
                inner join decisions
                    on {{ in_force('parts', 'decisions.month') }}
            ) as components
                on measured.indicator_code = components.component_code
            cross join decisions
            inner join {{ source('policy', 'indicator') }} as indicators
                on
                    components.component_code = indicators.indicator_code
                    and {{ in_force('indicators', 'decisions.month') }}
            where measured.level = 'department'
        ) as placed
    ) as parts
    group by
        subject_id,
        indicator_code,
        component_count
    having count(part) = component_count
{%- endmacro %}
