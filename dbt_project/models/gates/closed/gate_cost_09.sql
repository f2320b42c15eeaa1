-- By setting where the ledger tells them apart; what differs is timing, and is signed off with its reason.
with scope as (

    select * from {{ source('run', 'scope') }}

),

accounts as (

    select
        {{ parameter('medical_revenue_account') }} as medical,
        {{ parameter('settlement_difference_account') }} as settlement_difference,
        {{ parameter('outpatient_revenue_account') }} as outpatient,
        {{ parameter('inpatient_revenue_account') }} as inpatient

),

ledger as (

    select
        case
            when lines.account_code like accounts.outpatient || '%' then '门急诊收入'
            when lines.account_code like accounts.inpatient || '%' then '住院收入'
            else '医疗收入'
        end as category,
        0 as charged_yuan,
        lines.credit_amount - lines.debit_amount as ledger_yuan
    from {{ ref('stg_ledger__voucher_line') }} as lines
    cross join scope
    cross join accounts
    where lines.posted_on >= scope.month_start
        and lines.posted_on < scope.next_month_start
        and lines.account_code like accounts.medical || '%'
        and lines.account_code not like accounts.settlement_difference || '%'

),

charges as (

    select
        case when is_inpatient then '住院收入' else '门急诊收入' end as category,
        amount_yuan as charged_yuan,
        0 as ledger_yuan
    from {{ ref('int_costing__charge_volume') }}

),

-- One account for both settings leaves only their total to compare.
told_apart as (

    select coalesce(min(case when category = '医疗收入' then 0 else 1 end), 0) = 1 as is_told_apart from ledger

),

compared as (

    select
        case when told_apart.is_told_apart then both_sides.category else '医疗收入' end as category,
        sum(both_sides.charged_yuan) as charged_yuan,
        sum(both_sides.ledger_yuan) as ledger_yuan
    from (
        select * from ledger
        union all
        select * from charges
    ) as both_sides
    cross join told_apart
    group by case when told_apart.is_told_apart then both_sides.category else '医疗收入' end

),

findings as (

    select
        '收费明细 ' || charged_yuan || ' 总账' || category || ' ' || ledger_yuan as sample_key,
        abs(charged_yuan - ledger_yuan) as difference_yuan
    from compared
    where charged_yuan <> ledger_yuan

),

checked as (

    select
        coalesce((select sum(line_count) from {{ ref('int_costing__charge_volume') }}), 0) as checked_rows,
        coalesce((select sum(charged_yuan) from charges), 0) as charged_yuan,
        (select count(*) from ledger) as ledger_lines

),

answer as (

    {{ gate_row(
        'COST-09', amount='difference_yuan', figure='checked.charged_yuan',
        hint="coalesce(" ~ not_delivered(['his_charge', 'ledger_voucher_line'])
            ~ ", case when checked.ledger_lines = 0 then 'not_applicable:ledger_voucher_line' end)"
    ) }}

)

select * from answer
