with cases as (

    select * from {{ ref('int_settlement__gather_cases') }}

),

terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

classified as (

    select
        cases.stay_id,
        cases.policy_date,
        cases.insurance_type,
        cases.scheme,
        case
            when cases.status = 'excluded' then 'excluded'
            when rules.case_class = 'per_diem' then rules.case_class
            when refs.stay_id is null then 'ungrouped'
            when rules.case_class is not null then rules.case_class
            when cases.billed_fee_yuan > refs.high_multiple * refs.mean_fee_yuan then 'high'
            when cases.billed_fee_yuan < refs.low_multiple * refs.mean_fee_yuan then 'low'
            else 'normal'
        end as multiple_class,
        refs.base,
        cases.billed_fee_yuan,
        refs.mean_fee_yuan,
        refs.high_multiple,
        {{ fee_multiple('cases.billed_fee_yuan', 'refs.mean_fee_yuan') }} as multiple,
        cast(case
            when refs.is_same_price then 1
            when refs.is_basic_group then terms.basic_group_coefficient
            else terms.hospital_coefficient
        end as decimal(9, 6)) as coefficient,
        cases.auxiliary_coefficient,
        terms.rule_region
    from cases
    inner join terms on cases.policy_date = terms.policy_date and cases.insurance_type = terms.insurance_type
    left join {{ ref('int_settlement__find_references') }} as refs on cases.stay_id = refs.stay_id
    left join {{ ref('int_settlement__match_rules') }} as rules on cases.stay_id = rules.stay_id

),

ruled as (

    select
        classified.*,
        case
            when classified.multiple_class = 'per_diem' then rules.formula
            when classified.base is null then 'ungrouped'
            when classified.scheme = 'DIP' and classified.multiple_class = 'special_review' then rules.formula
            when classified.scheme = 'DIP' and classified.multiple_class = 'high' then 'excess_times_coefficient'
            when classified.scheme = 'DIP' and classified.multiple_class = 'low' then 'ratio'
            when classified.scheme = 'DIP' then 'base'
            else coalesce(rules.formula, usual.formula, 'rate')
        end as formula,
        rules.factor as rule_factor,
        rules.cap as rule_cap,
        case when usual.formula = 'points' then usual.factor else 1 end as points_per_weight
    from classified
    left join {{ source('policy', 'payment_rule') }} as rules
        on classified.rule_region = rules.region
        and classified.multiple_class = rules.case_class
        and (classified.scheme = 'CHS-DRG' or classified.multiple_class in ('per_diem', 'special_review'))
        and {{ in_force('rules', 'classified.policy_date') }}
    left join {{ source('policy', 'payment_rule') }} as usual
        on classified.rule_region = usual.region
        and usual.case_class = 'normal'
        and classified.scheme = 'CHS-DRG'
        and {{ in_force('usual', 'classified.policy_date') }}

)

select * from ruled
