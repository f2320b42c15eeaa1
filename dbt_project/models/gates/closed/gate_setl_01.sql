with scope as (

    select * from {{ source('run', 'scope') }}

),

terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

references_in_use as (

    select distinct cases.scheme, cases.version, cases.group_code, cases.policy_date
    from {{ ref('int_settlement__gather_cases') }} as cases
    where cases.status = 'grouped'

),

beyond_groups as (

    select distinct payment_kind, measure_code, month from {{ ref('fct_person_payment') }}

),

missing as (

    select
        case
            when region is null then 'hospital.csv ' || policy_date
            else 'point_value.csv ' || region || '/' || scheme || '/' || insurance_type || '/' || policy_year
        end as sample_key
    from terms
    where region is null or point_value is null

),

assumed as (

    select 'hospital.csv ' || hospitals.hospital_id as sample_key
    from {{ source('policy', 'hospital') }} as hospitals
    inner join terms on {{ in_force('hospitals', 'terms.policy_date') }}
    where hospitals.source_type = 'assumption'
    union
    select 'point_value.csv ' || points.region || '/' || points.scheme || '/' || points.insurance_type || '/' || points.year
    from {{ source('policy', 'point_value') }} as points
    inner join terms
        on points.region = terms.region
        and points.scheme = terms.scheme
        and points.insurance_type = terms.insurance_type
        and points.year = terms.policy_year
        and {{ in_force('points', 'terms.policy_date') }}
    where points.source_type = 'assumption'
    union
    select 'group_payment.csv ' || payments.scheme || '/' || payments.version || '/' || payments.group_code
    from {{ source('policy', 'group_payment') }} as payments
    inner join references_in_use
        on payments.scheme = references_in_use.scheme
        and payments.version = references_in_use.version
        and payments.group_code = references_in_use.group_code
        and {{ in_force('payments', 'references_in_use.policy_date') }}
    where payments.source_type = 'assumption'
    union
    select 'supplement.csv ' || amounts.group_code
    from {{ source('policy', 'supplement') }} as amounts
    inner join references_in_use
        on amounts.group_code = references_in_use.group_code and {{ in_force('amounts', 'references_in_use.policy_date') }}
    where amounts.source_type = 'assumption'
    union
    select 'per_diem.csv ' || amounts.group_code
    from {{ source('policy', 'per_diem') }} as amounts
    inner join references_in_use
        on amounts.group_code = references_in_use.group_code and {{ in_force('amounts', 'references_in_use.policy_date') }}
    where amounts.source_type = 'assumption'
    union
    select 'capitation.csv ' || rates.region
    from {{ source('policy', 'capitation') }} as rates
    inner join beyond_groups on beyond_groups.payment_kind = 'capitation'
    inner join terms on rates.region = terms.region
    where rates.source_type = 'assumption' and {{ in_force('rates', 'beyond_groups.month') }}
    union
    select 'outcome_payment.csv ' || amounts.measure_code
    from {{ source('policy', 'outcome_payment') }} as amounts
    inner join beyond_groups on beyond_groups.payment_kind = 'outcome' and amounts.measure_code = beyond_groups.measure_code
    where amounts.source_type = 'assumption' and {{ in_force('amounts', 'beyond_groups.month') }}
    union
    select 'payment_band.csv ' || bands.region || '/' || bands.scheme || '/' || bands.rw_low
    from {{ source('policy', 'payment_band') }} as bands
    inner join terms
        on bands.region = terms.band_region and bands.scheme = terms.scheme and {{ in_force('bands', 'terms.policy_date') }}
    where bands.source_type = 'assumption'
    union
    select 'payment_rule.csv ' || rules.region || '/' || rules.case_class
    from {{ source('policy', 'payment_rule') }} as rules
    inner join terms on rules.region = terms.rule_region and {{ in_force('rules', 'terms.policy_date') }}
    where rules.source_type = 'assumption'
    union
    select 'bonus_coefficient.csv ' || extra.coefficient_code
    from {{ source('policy', 'bonus_coefficient') }} as extra
    inner join terms on terms.scheme = 'DIP' and {{ in_force('extra', 'terms.policy_date') }}
    where extra.source_type = 'assumption' and extra.group_code is null
    union
    select 'bonus_coefficient.csv ' || extra.coefficient_code || '/' || extra.group_code
    from {{ source('policy', 'bonus_coefficient') }} as extra
    inner join references_in_use
        on extra.group_code = references_in_use.group_code
        and references_in_use.scheme = 'DIP'
        and {{ in_force('extra', 'references_in_use.policy_date') }}
    where extra.source_type = 'assumption'
    union
    select 'parameter.csv ' || setting.parameter_code
    from {{ source('policy', 'parameter') }} as setting
    inner join terms on {{ in_force('setting', 'terms.policy_date') }}
    where setting.source_type = 'assumption'
        and setting.parameter_code in (
            'basic_group_coefficient', 'bonus_coefficient_cap', 'fund_basis', 'ungrouped_pay', 'simulate_self_pay', 'simulated_population',
            'pay_basis', 'recognition_ratio', 'uncontrollable_ratio', 'true_up_basis', 'transfer_split', 'own_basis'
        )

),

findings as (

    select sample_key from missing
    union
    select assumed.sample_key
    from assumed
    cross join scope
    where not scope.is_simulation

),

checked as (

    select count(*) as checked_rows from terms

),

answer as (

    {{ gate_row('SETL-01', hint=nothing_to_settle()) }}

)

select * from answer
