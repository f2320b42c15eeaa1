with landed as (

    select * from {{ source('his', 'his_item') }}

),

addressed as (

    select
        hospital_id,
        item_id,
        item_name,
        item_kind,
        fee_class,
        national_code,
        unit,
        price,
        purchase_price,
        is_separately_charged,
        is_key_monitored,
        is_antibacterial,
        defined_daily_doses,
        sex_limit,
        min_age,
        max_age,
        daily_limit,
        atc_code,
        is_essential_drug,
        valid_from,
        valid_to,
        batch_key,
        source_row
    from landed

)

select * from addressed
