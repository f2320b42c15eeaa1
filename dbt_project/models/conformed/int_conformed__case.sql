with stays as (

    select * from {{ ref('int_conformed__stay') }} where not is_open

),

front_pages as (

    select * from {{ ref('stg_emr__front_page') }}

),

quarantined as (

    select * from {{ ref('int_conformed__quarantined_case') }}

),

cases as (

    select
        stays.stay_key,
        stays.stay_id,
        stays.insurance_type,
        stays.settled_on,
        stays.discharge_dept_id,
        stays.attending_doctor_id,
        stays.admitted_at,
        stays.discharged_at,
        front_pages.sex,
        front_pages.age_years,
        front_pages.age_days,
        front_pages.birth_weight_g,
        front_pages.admission_weight_g,
        front_pages.discharge_way,
        front_pages.stay_days,
        front_pages.ventilator_hours,
        front_pages.total_fee as total_fee_yuan,
        front_pages.self_paid_fee as self_paid_fee_yuan,
        front_pages.d11, front_pages.d12, front_pages.d13, front_pages.d14, front_pages.d15,
        front_pages.d16, front_pages.d17, front_pages.d18, front_pages.d19, front_pages.d19x01,
        front_pages.d20, front_pages.d20x01, front_pages.d20x02, front_pages.d21, front_pages.d22,
        front_pages.d23, front_pages.d23x01, front_pages.d24, front_pages.d25, front_pages.d26,
        front_pages.d27, front_pages.d28, front_pages.d29, front_pages.d30, front_pages.d31,
        front_pages.d32, front_pages.d33, front_pages.d34,
        quarantined.stay_id is not null as is_quarantined,
        quarantined.gate_id as quarantine_reason
    from stays
    inner join front_pages on stays.stay_id = front_pages.stay_id
    left join quarantined on stays.stay_id = quarantined.stay_id

)

select * from cases
