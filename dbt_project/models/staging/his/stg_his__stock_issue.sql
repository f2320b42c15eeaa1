with landed as (

    select * from {{ source('his', 'his_stock_issue') }}

),

addressed as (

    select
        hospital_id,
        issue_id,
        dept_id,
        item_id,
        quantity,
        cost_amount,
        issued_on,
        batch_key,
        source_row
    from landed

)

select * from addressed
