with landed as (

    select * from {{ source('ledger', 'ledger_voucher_line') }}

),

addressed as (

    select
        hospital_id,
        voucher_id,
        line_no,
        posted_on,
        account_code,
        dept_id,
        debit_amount,
        credit_amount,
        funding_source,
        summary,
        batch_key,
        source_row
    from landed

)

select * from addressed
