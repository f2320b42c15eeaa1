with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

departments as (

    select * from {{ ref('int_scoring__assign_scheme') }}

),

points as (

    select
        dept_id,
        cast(round(sum(points), 4) as decimal(18, 4)) as workload_points
    from {{ ref('int_scoring__earn_points') }}
    group by dept_id

),

outpatient_costs as (

    select
        dept_id,
        cast(round(sum(deduction_yuan), 6) as decimal(24, 6)) as outpatient_deduction_yuan
    from {{ ref('int_scoring__deduct_outpatient') }}
    group by dept_id

),

inpatient as (

    select
        groups.dept_id,
        cast(round(cast(sum(groups.simulated_yuan) as decimal(24, 2)) * max(decisions.recognition_ratio), 6) as decimal(24, 6)) as income_yuan,
        cast(sum(groups.deduction_yuan) as decimal(24, 6)) as inpatient_deduction_yuan
    from {{ ref('int_scoring__deduct_cases') }} as groups
    cross join decisions
    group by groups.dept_id

),

true_ups as (

    select
        cases.dept_id,
        cast(round(sum(
            cases.actual_yuan
            - cases.simulated_yuan * case when decisions.true_up_basis = 'recognised' then decisions.recognition_ratio else 1 end
        ), 6) as decimal(24, 6)) as true_up_yuan
    from {{ ref('int_settlement__true_up_case_ward') }} as cases
    cross join decisions
    group by cases.dept_id

),

subsidies as (

    select
        dept_id,
        cast(sum(amount) as decimal(24, 6)) as subsidy_yuan
    from {{ ref('stg_performance__subsidy') }}
    group by dept_id

),

formulas as (

    select
        dept_id,
        cast(sum(amount_yuan) as decimal(24, 6)) as formula_yuan
    from {{ ref('int_scoring__apply_formulas') }}
    group by dept_id

),

subsidised_schemes as (

    select scheme_code
    from {{ ref('int_scoring__order_steps') }}
    where step = 'subsidy'

),

measured as (

    select
        departments.dept_id,
        departments.scheme_code,
        departments.has_case_income,
        coalesce(points.workload_points, 0) as workload_points,
        case when departments.is_earning then coalesce(outpatient_costs.outpatient_deduction_yuan, 0) else 0 end as outpatient_deduction_yuan,
        case when departments.has_case_income then coalesce(inpatient.income_yuan, 0) else 0 end as income_yuan,
        case when departments.bears_case_cost then coalesce(inpatient.inpatient_deduction_yuan, 0) else 0 end as inpatient_deduction_yuan,
        case when departments.has_case_income then coalesce(true_ups.true_up_yuan, 0) else 0 end as true_up_yuan,
        coalesce(formulas.formula_yuan, 0) as formula_yuan,
        case when subsidised_schemes.scheme_code is not null then coalesce(subsidies.subsidy_yuan, 0) else 0 end as subsidy_yuan
    from departments
    left join points
        on departments.dept_id = points.dept_id
    left join outpatient_costs
        on departments.dept_id = outpatient_costs.dept_id
    left join inpatient
        on departments.dept_id = inpatient.dept_id
    left join true_ups
        on departments.dept_id = true_ups.dept_id
    left join formulas
        on departments.dept_id = formulas.dept_id
    left join subsidies
        on departments.dept_id = subsidies.dept_id
    left join subsidised_schemes
        on departments.scheme_code = subsidised_schemes.scheme_code

)

select * from measured
