with landed as (

    select * from {{ source('his', 'his_charge') }}

),

addressed as (

    select
        hospital_id,
        charge_id,
        encounter_type,
        encounter_id,
        item_id,
        quantity,
        unit_price,
        amount,
        ordering_dept_id,
        ordering_staff_id,
        executing_dept_id,
        executing_staff_id,
        nursing_dept_id,
        occurred_at,
        booked_at,
        reverses_charge_id,
        settlement_id,
        batch_key,
        source_row
    from landed

)

select * from addressed
