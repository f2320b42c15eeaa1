with cases as (

    select * from {{ ref('int_conformed__case') }}

),

front_pages as (

    select stay_id, icu_hours from {{ ref('stg_emr__front_page') }}

),

hospitals as (

    select * from {{ source('policy', 'hospital') }}

),

packs as (

    select * from {{ source('pack', 'pack') }}

),

chosen as (

    select
        cases.stay_key as case_key,
        cases.stay_id,
        hospitals.scheme,
        hospitals.grouper_version as version,
        hospitals.level as hospital_level,
        packs.pack_key,
        cast(cases.discharged_at as date) as discharged_on,
        cases.age_years,
        cases.age_days,
        cases.birth_weight_g,
        cast(cases.sex as integer) as sex,
        cases.stay_days as length_of_stay_days,
        cast(cases.discharge_way as integer) as discharge_way,
        cases.ventilator_hours,
        front_pages.icu_hours,
        cases.total_fee_yuan
    from cases
    left join front_pages on cases.stay_id = front_pages.stay_id
    left join hospitals on {{ in_force('hospitals', 'cast(cases.discharged_at as date)') }}
    left join packs on hospitals.scheme = packs.scheme and hospitals.grouper_version = packs.version

)

select * from chosen
