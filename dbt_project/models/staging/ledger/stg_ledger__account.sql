with landed as (

    select * from {{ source('ledger', 'ledger_account') }}

),

addressed as (

    select
        hospital_id,
        account_code,
        account_name,
        account_class,
        cost_category,
        valid_from,
        valid_to,
        batch_key,
        source_row
    from landed

)

select * from addressed
