with lines as (

    select * from {{ ref('int_costing__ledger_line') }}

),

findings as (

    select
        {{ address('ledger_voucher_line', 'account_code') }}
        || case missing when 'department' then ' 缺核算科室' else ' 缺成本项目 ' || funding_source end as sample_key,
        abs(amount_yuan) as line_yuan
    from lines
    where missing is not null

),

checked as (

    select count(*) as checked_rows from lines

),

answer as (

    {{ gate_row('COST-02', amount='line_yuan', hint=not_delivered(['ledger_voucher_line', 'ledger_account'])) }}

)

select * from answer
