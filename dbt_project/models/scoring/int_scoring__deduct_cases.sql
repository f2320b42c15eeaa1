{#- A common multiple of 1 to 40: the ward shares of a stay of up to 40 bed days are whole numbers of it, longer ones are rounded at its last place. -#}
{%- set whole_case = 5342931457063200 -%}
with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

cases as (

    select
        cases.stay_id,
        case when decisions.deduction_unit = 'case' then cases.stay_id else cases.group_key end as deduction_key,
        (
            case when decisions.own_basis = 'cost' then cases.own_cost_yuan else cases.own_fee_yuan end
            + decisions.uncontrollable_ratio * cast(
                case when decisions.inpatient_cost_stage = 'direct' then cases.shared_direct_cost_yuan else cases.shared_cost_yuan end
                as decimal(20, 2)
            )
        )
        * case when decisions.recognise_on = 'net' then decisions.recognition_ratio else 1 end as deducted_yuan
    from {{ ref('int_settlement__population_case') }} as cases
    cross join decisions

),

unit_totals as (

    select
        deduction_key,
        cast(round(sum(deducted_yuan), 6) as decimal(24, 6)) as unit_deducted_yuan
    from cases
    group by deduction_key

),

wards as (

    select
        cases.deduction_key,
        wards.stay_id,
        wards.dept_id,
        wards.ward_weight,
        sum(wards.ward_weight) over (partition by wards.stay_id) as stay_weight
    from {{ ref('int_settlement__case_ward') }} as wards
    inner join cases
        on wards.stay_id = cases.stay_id

),

shares as (

    select
        deduction_key,
        stay_id,
        dept_id,
        {{ divide_rounded(whole_case ~ ' * ward_weight', 'cast(stay_weight as decimal(38, 4))', 0, 4) }} as case_share
    from wards

),

payments as (

    select
        stay_id,
        dept_id,
        payment_yuan
    from {{ ref('int_settlement__case_ward_payment') }}

),

departments as (

    select
        shares.deduction_key,
        shares.dept_id,
        sum(shares.case_share) as case_share,
        coalesce(sum(payments.payment_yuan), 0) as simulated_yuan
    from shares
    left join payments
        on
            shares.stay_id = payments.stay_id
            and shares.dept_id = payments.dept_id
    group by
        shares.deduction_key,
        shares.dept_id

),

to_split as (

    select
        departments.deduction_key,
        departments.dept_id,
        departments.case_share,
        departments.simulated_yuan,
        unit_totals.unit_deducted_yuan
    from departments
    inner join unit_totals
        on departments.deduction_key = unit_totals.deduction_key

),

split as (

    {{ largest_remainder('to_split', 'unit_deducted_yuan', 'case_share', ['deduction_key'], ['dept_id'], 6, 0) }}

),

deducted as (

    select
        deduction_key,
        dept_id,
        cast({{ divide_rounded('cast(case_share as decimal(38, 0))', whole_case, 6, 0) }} as decimal(18, 6)) as case_count,
        cast(simulated_yuan as decimal(18, 2)) as simulated_yuan,
        cast(part as decimal(24, 6)) as deduction_yuan
    from split

)

select * from deducted
