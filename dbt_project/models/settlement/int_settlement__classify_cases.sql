with terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

rules_in_force as (

    select
        terms.policy_date,
        terms.insurance_type,
        rules.case_class,
        rules.formula,
        rules.factor,
        rules.cap
    from terms
    inner join {{ source('policy', 'payment_rule') }} as rules
        on terms.rule_region = rules.region and {{ in_force('rules', 'terms.policy_date') }}

),

quotas as (

    select policy_date, insurance_type, factor
    from rules_in_force
    where case_class = 'high' and formula = 'by_item' and factor is not null

),

discharged as (

    select count(*) as case_count from {{ ref('int_settlement__gather_cases') }} where not is_late

),

ranked as (

    select
        cases.stay_id,
        quotas.factor,
        row_number() over (order by cases.billed_fee_yuan - refs.high_multiple * refs.mean_fee_yuan desc, cases.stay_id) as place
    from {{ ref('int_settlement__gather_cases') }} as cases
    inner join quotas on cases.policy_date = quotas.policy_date and cases.insurance_type = quotas.insurance_type
    inner join {{ ref('int_settlement__find_references') }} as refs
        on cases.scheme = refs.scheme
        and cases.version = refs.version
        and cases.group_code = refs.group_code
        and cases.policy_date = refs.policy_date
        and cases.insurance_type = refs.insurance_type
        and coalesce(cases.auxiliary_coefficient, 1) = refs.auxiliary_coefficient
    left join {{ ref('int_settlement__match_rules') }} as rules on cases.stay_id = rules.stay_id
    where cases.status = 'grouped' and cases.scheme = 'CHS-DRG' and rules.stay_id is null
        and cases.billed_fee_yuan > refs.high_multiple * refs.mean_fee_yuan

),

over_quota as (

    select ranked.stay_id
    from ranked
    cross join discharged
    where ranked.place > ranked.factor * discharged.case_count

),

classified as (

    select
        cases.*,
        over_quota.stay_id is not null as is_over_quota,
        case
            when cases.status = 'excluded' then 'excluded'
            when rules.case_class = 'per_diem' then rules.case_class
            when refs.group_code is null then 'ungrouped'
            when rules.case_class is not null then rules.case_class
            when cases.billed_fee_yuan > refs.high_multiple * refs.mean_fee_yuan then 'high'
            when cases.billed_fee_yuan < refs.low_multiple * refs.mean_fee_yuan then 'low'
            else 'normal'
        end as multiple_class,
        refs.price_key,
        refs.mean_fee_yuan,
        refs.high_multiple,
        refs.usual_formula,
        {{ fee_multiple('cases.billed_fee_yuan', 'refs.mean_fee_yuan') }} as multiple,
        coalesce(refs.coefficient, terms.hospital_coefficient) as coefficient,
        terms.point_value,
        terms.fund_basis,
        terms.ungrouped_pay
    from {{ ref('int_settlement__gather_cases') }} as cases
    inner join terms on cases.policy_date = terms.policy_date and cases.insurance_type = terms.insurance_type
    left join {{ ref('int_settlement__find_references') }} as refs
        on cases.scheme = refs.scheme
        and cases.version = refs.version
        and case when cases.status = 'grouped' then cases.group_code end = refs.group_code
        and cases.policy_date = refs.policy_date
        and cases.insurance_type = refs.insurance_type
        and coalesce(cases.auxiliary_coefficient, 1) = refs.auxiliary_coefficient
    left join {{ ref('int_settlement__match_rules') }} as rules on cases.stay_id = rules.stay_id
    left join over_quota on cases.stay_id = over_quota.stay_id

),

ruled as (

    select
        classified.*,
        case
            when classified.multiple_class = 'per_diem' then rules.formula
            when classified.usual_formula is null then 'ungrouped'
            when classified.scheme = 'DIP' and classified.multiple_class = 'high' then 'excess_times_coefficient'
            when classified.scheme = 'DIP' and classified.multiple_class = 'low' then 'ratio'
            when classified.is_over_quota then classified.usual_formula
            else coalesce(rules.formula, classified.usual_formula)
        end as formula,
        rules.factor as rule_factor,
        rules.cap as rule_cap
    from classified
    left join rules_in_force as rules
        on classified.policy_date = rules.policy_date
        and classified.insurance_type = rules.insurance_type
        and case
            when classified.scheme = 'CHS-DRG' or classified.multiple_class in ('per_diem', 'special_review') then classified.multiple_class
        end = rules.case_class

)

select * from ruled
