with scope as (

    select * from {{ source('run', 'scope') }}

),

expense_lines as (

    select lines.debit_amount - lines.credit_amount as amount_yuan
    from {{ ref('stg_ledger__voucher_line') }} as lines
    inner join {{ ref('stg_ledger__account') }} as accounts
        on lines.account_code = accounts.account_code
        and {{ in_force('accounts', 'lines.posted_on') }}
    cross join scope
    where accounts.account_class = 'expense'
        and lines.posted_on >= scope.month_start
        and lines.posted_on < scope.next_month_start

),

checked as (

    select count(*) as checked_rows, coalesce(sum(amount_yuan), 0) as ledger_yuan from expense_lines

),

loaded as (

    select coalesce(sum(amount_yuan), 0) as loaded_yuan
    from (
        select amount_yuan from {{ ref('fct_department_cost') }}
        union all
        select amount_yuan from {{ ref('int_costing__ledger_line') }} where excluded_as is not null
    ) as cost_and_excluded

),

findings as (

    select
        '总账 ' || checked.ledger_yuan || ' 科室成本及不计入成本 ' || loaded.loaded_yuan as sample_key,
        abs(checked.ledger_yuan - loaded.loaded_yuan) as difference_yuan
    from checked
    cross join loaded
    where checked.ledger_yuan <> loaded.loaded_yuan

),

answer as (

    {{ gate_row(
        'COST-01', amount='difference_yuan', figure='checked.ledger_yuan', hint=not_delivered(['ledger_voucher_line', 'ledger_account'])
    ) }}

)

select * from answer
