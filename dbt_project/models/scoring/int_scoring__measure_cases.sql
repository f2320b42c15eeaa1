{%- set marks = case_marks() -%}
{%- set quantities = case_quantities() -%}
-- Numerator and denominator of an indicator are taken over the same cases: those of its population.
with definitions as (

    {{ indicator_definitions('case') }}

),

populations as (

    select population from definitions
    union
    select '' as population

),

members as (

    select
        populations.population,
        cases.*,
        {{ text_checksum('cases.stay_id') }} as row_checksum
    from {{ ref('fct_indicator_case') }} as cases
    cross join populations
    where populations.population = '' or {{ named_column('populations.population', marks, 'cases', 'integer') }} = 1

),

sums as (

    select
        population,
        case
            when grouping(dept_id) = 0 then 'department'
            when grouping(doctor_id) = 0 then 'doctor'
            when grouping(group_code) = 0 then 'group'
            when grouping(disease_code) = 0 then 'disease'
            else 'hospital'
        end as level,
        case
            when grouping(dept_id) = 0 then dept_id
            when grouping(doctor_id) = 0 then doctor_id
            when grouping(group_code) = 0 then group_code
            when grouping(disease_code) = 0 then disease_code
            else hospital_id
        end as subject_id,
        count(distinct group_code) as group_count,
        {%- for quantity in quantities %}
        sum({{ quantity }}) as {{ quantity }},
        {%- endfor %}
        cast(sum(row_checksum) as decimal(38, 0)) as n_rows_hash
    from members
    group by {{ grouping_sets([
        ['population', 'hospital_id'],
        ['population', 'hospital_id', 'dept_id'],
        ['population', 'hospital_id', 'doctor_id'],
        ['population', 'hospital_id', 'group_code'],
        ['population', 'hospital_id', 'disease_code'],
    ]) }}

),

subjects as (

    select
        level,
        subject_id
    from sums
    where population = '' and subject_id is not null

),

picked as (

    select
        subjects.level,
        subjects.subject_id,
        definitions.indicator_code,
        coalesce({{ named_column('definitions.numerator', quantities + ['group_count'], 'sums', 'decimal(26, 12)') }}, 0) * definitions.factor as numerator,
        {{ named_column('definitions.multiplier', quantities, 'sums', 'decimal(19, 6)') }} as multiplier,
        definitions.denominator is null as is_count,
        {{ named_column('definitions.denominator', quantities, 'sums', 'decimal(38, 12)') }} as denominator,
        coalesce(sums.n_rows_hash, 0) as n_rows_hash
    from subjects
    cross join definitions
    left join sums
        on
            subjects.level = sums.level
            and subjects.subject_id = sums.subject_id
            and definitions.population = sums.population

),

measured as (

    select
        level,
        subject_id,
        indicator_code,
        cast(case when multiplier is null then numerator else cast(numerator as decimal(19, 6)) * multiplier end as decimal(38, 12)) as numerator,
        case when not is_count then coalesce(denominator, 0) end as denominator,
        is_count,
        n_rows_hash
    from picked

)

select * from measured
