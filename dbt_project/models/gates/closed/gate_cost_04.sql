-- Own items a giver ordered stay in the setting of the encounter; everything else must have been given away.
with kept as (

    select
        costs.dept_id,
        costs.cost_category,
        costs.cost_level,
        sum(costs.amount_yuan) as amount_yuan
    from {{ ref('fct_department_cost') }} as costs
    inner join {{ ref('int_conformed__department') }} as departments on costs.dept_id = departments.dept_id
    where departments.dept_class <> 'clinical' and costs.service_setting = 'none'
    group by costs.dept_id, costs.cost_category, costs.cost_level

),

findings as (

    select
        dept_id || ' ' || cost_category || ' ' || cost_level || ' ' || amount_yuan as sample_key,
        abs(amount_yuan) as amount_yuan
    from kept
    where amount_yuan <> 0

),

checked as (

    select count(*) as checked_rows from {{ ref('fct_department_cost') }}

),

answer as (

    {{ gate_row('COST-04', amount='amount_yuan', hint=not_delivered(['ledger_voucher_line', 'ledger_account'])) }}

)

select * from answer
