with landed as (

    select * from {{ source('performance', 'performance_response') }}

),

addressed as (

    select
        hospital_id,
        month,
        alert_id,
        responded_on,
        owner,
        due_on,
        status,
        response,
        batch_key,
        source_row
    from landed

)

select * from addressed
