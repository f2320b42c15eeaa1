with differences as (

    select
        stay_id,
        actual_yuan - simulated_yuan as difference_yuan,
        regrouped_yuan + coefficient_yuan + point_value_yuan + deduction_yuan + rejected_yuan as explained_yuan
    from {{ ref('fct_settlement_difference') }}

),

findings as (

    select
        stay_id as sample_key,
        abs(difference_yuan - explained_yuan) as unexplained_yuan
    from differences
    where difference_yuan <> explained_yuan

),

checked as (

    select
        count(*) as checked_rows,
        coalesce(sum(difference_yuan), 0) as difference_yuan
    from differences

),

answer as (

    {{ gate_row(
        'SETL-06', amount='unexplained_yuan', figure='checked.difference_yuan',
        hint="coalesce(" ~ not_delivered(['insurer_case_settlement'])
            ~ ", case when checked.checked_rows = 0 then 'too_early:insurer_case_settlement' end)"
    ) }}

)

select * from answer
