with landed as (

    select * from {{ source('his', 'his_order') }}

),

addressed as (

    select
        hospital_id,
        order_id,
        encounter_type,
        encounter_id,
        item_id,
        ordered_at,
        executed_at,
        stopped_at,
        days_supply,
        batch_key,
        source_row
    from landed

)

select * from addressed
