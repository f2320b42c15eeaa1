with landed as (

    select * from {{ source('ledger', 'ledger_allocation_driver') }}

),

addressed as (

    select
        hospital_id,
        month,
        driver_code,
        from_dept_id,
        to_dept_id,
        service_setting,
        quantity,
        batch_key,
        source_row
    from landed

)

select * from addressed
