with lines as (

    select
        voucher_id,
        sum(debit_amount) - sum(credit_amount) as difference_yuan,
        min({{ address('ledger_voucher_line', 'voucher_id') }}) as sample_key
    from {{ source('ledger', 'ledger_voucher_line') }}
    group by voucher_id

),

findings as (

    select
        sample_key,
        abs(difference_yuan) as difference_yuan
    from lines
    where difference_yuan <> 0

),

checked as (

    select count(*) as checked_rows from lines

),

answer as (

    {{ gate_row(
        'REC-05', amount='difference_yuan', hint=not_delivered(['ledger_voucher_line'])
    ) }}

)

select * from answer
