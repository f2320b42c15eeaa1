-- Classes that hold whatever the fee, in the order in which they win. DIP prices by its own bands and takes from the rules
-- only what lists name: groups paid by the day and cases under review.
with cases as (

    select * from {{ ref('int_settlement__gather_cases') }}

),

terms as (

    select * from {{ ref('int_settlement__find_terms') }}

),

named as (

    select
        region,
        case_class,
        valid_from,
        valid_to,
        {{ split_to_rows('test', '|') }} as one_test,
        case case_class when 'excluded' then 1 when 'special_review' then 2 when 'per_diem' then 3 when 'incomplete' then 4 else 5 end as rank_no
    from {{ source('policy', 'payment_rule') }}
    where case_class in ('excluded', 'special_review', 'per_diem', 'incomplete', 'readmission')

),

rules as (

    select
        *,
        split_part(one_test, ':', 1) as test_name,
        cast(nullif(split_part(one_test, ':', 2), '') as decimal(18, 2)) as threshold
    from named

),

per_diem_groups as (

    select distinct
        terms.policy_date,
        amounts.group_code
    from terms
    inner join {{ source('policy', 'per_diem') }} as amounts on {{ in_force('amounts', 'terms.policy_date') }}

),

reviewed as (

    select distinct
        terms.policy_date,
        listed.code as stay_id
    from terms
    inner join {{ source('policy', 'code_list') }} as listed on {{ in_force('listed', 'terms.policy_date') }}
    where listed.list_code = 'special_review'

),

hits as (

    select
        cases.stay_id,
        rules.case_class,
        row_number() over (partition by cases.stay_id order by rules.rank_no) as place
    from cases
    inner join terms on cases.policy_date = terms.policy_date and cases.insurance_type = terms.insurance_type
    inner join rules
        on terms.rule_region = rules.region
        and {{ in_force('rules', 'cases.policy_date') }}
        and (terms.scheme = 'CHS-DRG' or rules.case_class in ('per_diem', 'special_review'))
    left join per_diem_groups
        on cases.policy_date = per_diem_groups.policy_date and cases.group_code = per_diem_groups.group_code
    left join reviewed on cases.policy_date = reviewed.policy_date and cases.stay_id = reviewed.stay_id
    where cases.status = 'grouped'
        and case rules.test_name
            when 'otherwise' then true
            when 'has_per_diem' then per_diem_groups.group_code is not null
            when 'is_listed' then reviewed.stay_id is not null
            when 'left_against_advice' then cases.discharge_way = '4'
            when 'stay_days_above' then cases.stay_days > rules.threshold
            when 'stay_days_at_most' then cases.stay_days <= rules.threshold
            when 'fee_below' then cases.billed_fee_yuan < rules.threshold
            when 'died_or_transferred_within_hours' then cases.discharge_way in ('2', '3', '5') and cases.stay_hours < rules.threshold
            when 'readmitted_within_days' then cases.days_to_readmission <= rules.threshold
            else false
        end

),

matched as (

    select stay_id, case_class from hits where place = 1

)

select * from matched
