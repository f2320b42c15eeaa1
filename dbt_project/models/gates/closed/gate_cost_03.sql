-- Direct cost equals the ledger by category and level; every later stage only moves cost and adds up to nothing.
with stages as (

    select cost_category, cost_level, stage, amount_yuan from {{ ref('fct_department_cost') }}
    union all
    select cost_category, cost_level, 'direct' as stage, -amount_yuan as amount_yuan
    from {{ ref('int_costing__department_ledger') }}

),

sums as (

    select
        cost_category,
        cost_level,
        stage,
        sum(amount_yuan) as difference_yuan
    from stages
    group by cost_category, cost_level, stage

),

findings as (

    select
        stage || ' ' || cost_category || ' ' || cost_level || ' ' || difference_yuan as sample_key,
        abs(difference_yuan) as difference_yuan
    from sums
    where difference_yuan <> 0

),

checked as (

    select count(*) as checked_rows from sums

),

answer as (

    {{ gate_row('COST-03', amount='difference_yuan', hint=not_delivered(['ledger_voucher_line', 'ledger_account'])) }}

)

select * from answer
