-- Narrow: a large hospital has a million visits a month, and what else is known of them stays in staging.
with visits as (

    select * from {{ ref('stg_his__outpatient_visit') }}

),

keyed as (

    select
        cast(row_number() over (order by visit_id) as integer) as visit_key,
        visit_id,
        dept_id,
        doctor_id,
        visit_type
    from visits

)

select * from keyed
