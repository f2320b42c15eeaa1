{%- set with_cost = 'select ' ~ star_except(['part']) ~ ', part as cost_yuan from costed' -%}
{%- set with_weight = 'select ' ~ star_except(['part']) ~ ', part as weight from weighted' -%}
-- Cases of departments whose scheme pays by case, over all their wards; under the published scheme there are none.
with wards as (

    select
        stay_id,
        dept_id,
        ward_weight
    from {{ ref('int_settlement__case_ward') }}
    where stay_id in (
        select paid_wards.stay_id
        from {{ ref('int_settlement__case_ward') }} as paid_wards
        inner join {{ ref('int_scoring__assign_scheme') }} as departments
            on paid_wards.dept_id = departments.dept_id
        where departments.scheme_code in ('case_weight', 'surplus_share')
    )

),

payments as (

    select
        stay_id,
        dept_id,
        payment_yuan
    from {{ ref('int_settlement__case_ward_payment') }}

),

to_split as (

    select
        wards.*,
        coalesce(payments.payment_yuan, 0) as payment_yuan,
        cast(coalesce(population.own_cost_yuan + population.shared_cost_yuan, 0) as decimal(18, 2)) as case_cost_yuan,
        cast(coalesce(discharged.weight, 0) as decimal(18, 4)) as case_weight,
        cast(greatest(coalesce(discharged.weight, 0) - {{ parameter('difficulty_weight', 'decimal(18,4)') }}, 0) as decimal(18, 4)) as case_difficulty_weight
    from wards
    left join {{ ref('int_settlement__population_case') }} as population
        on wards.stay_id = population.stay_id
    left join payments
        on
            wards.stay_id = payments.stay_id
            and wards.dept_id = payments.dept_id
    left join {{ ref('fct_indicator_case') }} as discharged
        on wards.stay_id = discharged.stay_id

),

costed as (

    {{ largest_remainder('to_split', 'case_cost_yuan', 'ward_weight', ['stay_id'], ['dept_id'], 2, 4) }}

),

weighted as (

    {{ largest_remainder('(' ~ with_cost ~ ')', 'case_weight', 'ward_weight', ['stay_id'], ['dept_id'], 6, 4) }}

),

graded as (

    {{ largest_remainder('(' ~ with_weight ~ ')', 'case_difficulty_weight', 'ward_weight', ['stay_id'], ['dept_id'], 6, 4) }}

),

shared as (

    select
        stay_id,
        dept_id,
        payment_yuan,
        cast(cost_yuan as decimal(18, 2)) as cost_yuan,
        cast(weight as decimal(18, 6)) as weight,
        cast(part as decimal(18, 6)) as difficulty_weight
    from graded

)

select * from shared
