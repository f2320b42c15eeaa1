with densities as (

    select
        subject_id,
        value
    from {{ ref('fct_indicator') }}
    where indicator_code = 'antibacterial_use_density' and level = 'hospital' and value is not null

),

findings as (

    select subject_id as sample_key
    from densities
    where value > (select max(threshold) from {{ source('policy', 'gate') }} where gate_id = 'BON-13')

),

checked as (

    select
        count(*) as checked_rows,
        max(value) as use_density
    from densities

),

answer as (

    {{ gate_row(
        'BON-13',
        figure='checked.use_density',
        hint="coalesce(" ~ not_delivered(['his_charge', 'his_item', 'emr_front_page'])
            ~ ", case when checked.checked_rows = 0 then 'not_applicable:antibacterial_use_density' end)"
    ) }}

)

select * from answer
