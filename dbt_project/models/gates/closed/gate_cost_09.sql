with scope as (

    select * from {{ source('run', 'scope') }}

),

ledger as (

    select sum(lines.credit_amount - lines.debit_amount) as amount_yuan
    from {{ ref('stg_ledger__voucher_line') }} as lines
    cross join scope
    where lines.posted_on >= scope.month_start
        and lines.posted_on < scope.next_month_start
        and lines.account_code like {{ parameter('medical_revenue_account') }} || '%'
        and lines.account_code not like {{ parameter('settlement_difference_account') }} || '%'

),

charges as (

    select
        coalesce(sum(line_count), 0) as checked_rows,
        sum(amount_yuan) as amount_yuan
    from {{ ref('int_costing__charge_volume') }}

),

checked as (

    select
        charges.checked_rows,
        coalesce(charges.amount_yuan, 0) as charged_yuan,
        ledger.amount_yuan as ledger_yuan
    from charges
    cross join ledger

),

findings as (

    select
        '收费明细 ' || charged_yuan || ' 总账医疗收入 ' || ledger_yuan as sample_key,
        abs(charged_yuan - ledger_yuan) as difference_yuan
    from checked
    where charged_yuan <> ledger_yuan

),

answer as (

    {{ gate_row(
        'COST-09', amount='difference_yuan', figure='checked.charged_yuan',
        hint="coalesce(" ~ not_delivered(['his_charge', 'ledger_voucher_line'])
            ~ ", case when checked.ledger_yuan is null then 'not_applicable:ledger_voucher_line' end)"
    ) }}

)

select * from answer
