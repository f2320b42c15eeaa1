with deducted as (

    select * from {{ ref('int_scoring__deduct_cases') }}

),

decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

groups as (

    select
        decisions.hospital_id,
        decisions.month,
        deducted.dept_id,
        deducted.deduction_key,
        deducted.case_count,
        deducted.simulated_yuan,
        deducted.deduction_yuan
    from deducted
    cross join decisions

)

select * from groups
