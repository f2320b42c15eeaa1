-- Per method: cases, stays in work and named rests against the inpatient cost units, each from its own mart.
with sides as (

    select method, cost_yuan as amount_yuan from {{ ref('fct_case_cost') }}
    union all
    select method, amount_yuan
    from {{ ref('fct_case_reconciliation') }}
    where line in ('opening_wip', 'closing_wip', 'prior_period', 'unabsorbed')
    union all
    select lines.method, -costs.amount_yuan as amount_yuan
    from {{ ref('fct_case_reconciliation') }} as lines
    inner join {{ ref('int_costing__department_cost') }} as costs on costs.service_setting = 'inpatient' and costs.is_in_scope
    where lines.line = 'inpatient_cost'

),

differences as (

    select method, sum(amount_yuan) as difference_yuan from sides group by method

),

findings as (

    select
        method || ' 病例与在院成本减住院成本 ' || difference_yuan as sample_key,
        abs(difference_yuan) as difference_yuan
    from differences
    where difference_yuan <> 0

),

checked as (

    select
        (select count(*) from {{ ref('int_conformed__stay') }}) as checked_rows,
        (
            select amount_yuan from {{ ref('fct_case_reconciliation') }} where method = 'bottom_up' and line = 'unabsorbed'
        ) as unabsorbed_yuan

),

answer as (

    {{ gate_row(
        'COST-08', amount='difference_yuan', figure='checked.unabsorbed_yuan', hint=not_delivered(['his_inpatient_stay', 'ledger_voucher_line'])
    ) }}

)

select * from answer
