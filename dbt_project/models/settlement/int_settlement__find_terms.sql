-- Region '*' stands for every region without rows of its own.
with cases as (

    select distinct
        policy_date,
        insurance_type,
        extract(year from policy_date) as policy_year
    from {{ ref('int_settlement__gather_cases') }}

),

placed as (

    select
        cases.*,
        hospitals.region,
        hospitals.scheme,
        hospitals.level as hospital_level,
        hospitals.coefficient as hospital_coefficient
    from cases
    left join {{ source('policy', 'hospital') }} as hospitals on {{ in_force('hospitals', 'cases.policy_date') }}

),

terms as (

    select
        placed.*,
        (
            select max(bands.region)
            from {{ source('policy', 'payment_band') }} as bands
            where bands.region in (placed.region, '*') and bands.scheme = placed.scheme and {{ in_force('bands', 'placed.policy_date') }}
        ) as band_region,
        (
            select max(rules.region)
            from {{ source('policy', 'payment_rule') }} as rules
            where rules.region in (placed.region, '*') and {{ in_force('rules', 'placed.policy_date') }}
        ) as rule_region,
        (
            select coalesce(sum(extra.value), 0)
            from {{ source('policy', 'bonus_coefficient') }} as extra
            where placed.scheme = 'DIP' and extra.group_code is null and {{ in_force('extra', 'placed.policy_date') }}
        ) as bonus_sum,
        {{ parameter('bonus_coefficient_cap', 'decimal(9,6)', 'placed.policy_date') }} as bonus_cap,
        {{ parameter('basic_group_coefficient', 'decimal(9,6)', 'placed.policy_date') }} as basic_group_coefficient,
        {{ parameter('reference_score', 'decimal(18,4)', 'placed.policy_date') }} as reference_score,
        {{ parameter('fund_basis', 'varchar', 'placed.policy_date') }} as fund_basis,
        {{ parameter('ungrouped_pay', 'varchar', 'placed.policy_date') }} as ungrouped_pay
    from placed

),

valued as (

    select
        terms.*,
        coalesce(budget.value, clearing.value) as point_value,
        case when terms.scheme = 'DIP' then 'base' else coalesce(usual.formula, 'rate') end as usual_formula,
        case when usual.formula = 'points' then usual.factor else 1 end as points_per_weight
    from terms
    left join {{ source('policy', 'point_value') }} as budget
        on terms.region = budget.region
        and terms.scheme = budget.scheme
        and terms.insurance_type = budget.insurance_type
        and terms.policy_year = budget.year
        and budget.kind = 'budget'
        and {{ in_force('budget', 'terms.policy_date') }}
    left join {{ source('policy', 'point_value') }} as clearing
        on terms.region = clearing.region
        and terms.scheme = clearing.scheme
        and terms.insurance_type = clearing.insurance_type
        and terms.policy_year = clearing.year
        and clearing.kind = 'clearing'
        and {{ in_force('clearing', 'terms.policy_date') }}
    left join {{ source('policy', 'payment_rule') }} as usual
        on terms.rule_region = usual.region
        and terms.scheme = 'CHS-DRG'
        and usual.case_class = 'normal'
        and {{ in_force('usual', 'terms.policy_date') }}

)

select * from valued
