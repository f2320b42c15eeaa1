with cases as (

    select * from {{ ref('int_grouping__choose_grouper') }} where scheme = 'DIP'

),

codes as (

    select * from {{ ref('int_grouping__apply_dip_exclusions') }}

),

terms as (

    select
        'pre' as rule_kind, version, '' as aid_code, group_code, alternative, field, operator, operand,
        cast(null as decimal(9, 6)) as coefficient, valid_from, valid_to
    from {{ source('policy', 'dip_term') }}
    union all
    select
        'auxiliary' as rule_kind, version, aid_code, group_code, alternative, field, operator, operand,
        coefficient, valid_from, valid_to
    from {{ source('policy', 'dip_auxiliary') }}

),

patterns as (

    select distinct operand, {{ split_to_rows('operand', '|') }} as pattern
    from terms
    where operator in ('in_set', 'not_in_set')

),

members as (

    select distinct listed.code, patterns.operand
    from (select distinct code from codes) as listed
    inner join patterns
        on listed.code = patterns.pattern
        or (
            right(patterns.pattern, 1) = '*'
            and left(listed.code, length(patterns.pattern) - 1) = left(patterns.pattern, length(patterns.pattern) - 1)
        )

),

fields as (

    select 'principal_diagnosis' as role, 'principal_diagnosis' as field
    union all
    select 'principal_diagnosis' as role, 'any_diagnosis' as field
    union all
    select 'other_diagnosis' as role, 'any_diagnosis' as field
    union all
    select 'other_diagnosis' as role, 'other_diagnosis' as field
    union all
    select 'main_procedure' as role, 'main_procedure' as field
    union all
    select 'main_procedure' as role, 'any_procedure' as field
    union all
    select 'other_procedure' as role, 'any_procedure' as field

),

hits as (

    select distinct codes.case_key, fields.field, members.operand
    from codes
    inner join fields on codes.role = fields.role
    inner join members on codes.code = members.code

),

numbers as (

    {% for field in ['age_years', 'age_days', 'birth_weight_g', 'sex', 'length_of_stay_days', 'discharge_way', 'ventilator_hours', 'icu_hours'] -%}
    select case_key, '{{ field }}' as field, cast({{ field }} as decimal(18, 4)) as value from cases
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

answers as (

    select
        cases.case_key,
        terms.*,
        {{ term_holds('terms', 'hits.case_key is not null', 'numbers.value') }} as holds
    from cases
    inner join terms on cases.version = terms.version and {{ in_force('terms', 'cases.discharged_on') }}
    left join hits
        on cases.case_key = hits.case_key
        and terms.field = hits.field
        and terms.operand = hits.operand
    left join numbers on cases.case_key = numbers.case_key and terms.field = numbers.field

),

held as (

    select case_key, rule_kind, aid_code, group_code, alternative, max(coefficient) as coefficient
    from answers
    group by case_key, rule_kind, aid_code, group_code, alternative
    having min(case when holds then 1 else 0 end) = 1

)

select * from held
