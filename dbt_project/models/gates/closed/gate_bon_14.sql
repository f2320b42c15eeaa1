with densities as (

    select
        subject_id,
        denominator
    from {{ ref('fct_indicator') }}
    where indicator_code = 'antibacterial_use_density' and level = 'hospital'

),

findings as (

    select subject_id as sample_key
    from densities
    where denominator < (select max(threshold) from {{ source('policy', 'gate') }} where gate_id = 'BON-14')

),

checked as (

    select
        count(*) as checked_rows,
        min(denominator) as bed_days
    from densities

),

answer as (

    {{ gate_row(
        'BON-14',
        figure='checked.bed_days',
        hint="coalesce(" ~ not_delivered(['his_charge', 'his_item', 'emr_front_page'])
            ~ ", case when checked.checked_rows = 0 then 'not_applicable:antibacterial_use_density' end)"
    ) }}

)

select * from answer
