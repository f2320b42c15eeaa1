with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

-- Sums are cast to one type before they meet: a choice between decimals of 38 digits would cut the finer one.
approved as (

    select
        cast(coalesce(sum(amount) filter (where pool_code = 'total'), 0) as decimal(24, 6)) as total_yuan,
        cast(coalesce(sum(amount) filter (where pool_code = 'administrative'), 0) as decimal(24, 6)) as administrative_yuan,
        cast(coalesce(sum(amount) filter (where pool_code = 'reserve'), 0) as decimal(24, 6)) as reserve_yuan,
        cast(sum(amount) filter (where pool_code = 'inpatient') as decimal(24, 6)) as inpatient_yuan
    from {{ ref('stg_performance__pool') }}

),

pool_step as (

    select count(*) > 0 as is_on
    from {{ ref('int_scoring__order_steps') }}
    where step = 'inpatient_pool'

),

measures as (

    select
        cast(coalesce(sum(workload_points), 0) as decimal(18, 4)) as workload_points,
        cast(coalesce(sum(outpatient_deduction_yuan), 0) as decimal(24, 6)) as outpatient_deduction_yuan,
        cast(coalesce(sum(income_yuan), 0) as decimal(24, 6)) as income_yuan,
        cast(coalesce(sum(inpatient_deduction_yuan) filter (where has_case_income), 0) as decimal(24, 6)) as inpatient_deduction_yuan,
        cast(coalesce(sum(inpatient_deduction_yuan) filter (where not has_case_income), 0) as decimal(24, 6)) as charged_cost_yuan,
        cast(coalesce(sum(true_up_yuan), 0) as decimal(24, 6)) as true_up_yuan,
        cast(coalesce(sum(formula_yuan), 0) as decimal(24, 6)) as formula_yuan,
        cast(coalesce(sum(subsidy_yuan), 0) as decimal(24, 6)) as subsidy_yuan
    from {{ ref('int_scoring__measure_departments') }}

),

inpatient as (

    select
        case when pool_step.is_on then approved.inpatient_yuan end as pool_yuan,
        coalesce(case when pool_step.is_on then approved.inpatient_yuan end, measures.income_yuan - measures.inpatient_deduction_yuan) as inpatient_yuan,
        case
            when pool_step.is_on and approved.inpatient_yuan is not null and measures.income_yuan > 0
                then approved.inpatient_yuan + measures.inpatient_deduction_yuan
            else measures.income_yuan
        end as income_target_yuan
    from approved
    cross join pool_step
    cross join measures

),

sized as (

    select
        decisions.hospital_id,
        decisions.month,
        approved.total_yuan,
        approved.administrative_yuan,
        approved.reserve_yuan,
        inpatient.pool_yuan as inpatient_pool_yuan,
        measures.income_yuan,
        cast(inpatient.income_target_yuan as decimal(24, 6)) as income_target_yuan,
        cast(coalesce({{ divide_rounded('inpatient.income_target_yuan', 'measures.income_yuan', 6) }}, 1) as decimal(18, 6)) as inpatient_factor,
        measures.workload_points,
        cast(
            approved.total_yuan - inpatient.inpatient_yuan - measures.true_up_yuan - approved.administrative_yuan
            - approved.reserve_yuan - measures.formula_yuan - measures.subsidy_yuan + measures.outpatient_deduction_yuan + measures.charged_cost_yuan
            as decimal(24, 6)
        ) as point_money_yuan
    from decisions
    cross join approved
    cross join measures
    cross join inpatient

),

priced as (

    select
        *,
        point_money_yuan > 0 and workload_points > 0 as has_point_price,
        case
            when point_money_yuan > 0 and workload_points > 0
                then cast({{ divide_rounded('point_money_yuan', 'workload_points', 6) }} as decimal(18, 6))
        end as point_price_label
    from sized

)

select * from priced
