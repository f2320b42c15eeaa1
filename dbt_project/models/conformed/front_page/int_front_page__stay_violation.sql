with pages as (

    select * from {{ ref('stg_emr__front_page') }}

),

intensive_care as (

    select
        periods.stay_id,
        periods.entered_at < pages.admitted_at
        or periods.left_at > pages.discharged_at
        or periods.left_at < periods.entered_at as is_outside_stay
    from {{ ref('stg_emr__intensive_care') }} as periods
    inner join pages on periods.stay_id = pages.stay_id

),

last_wards as (

    select
        transfers.stay_id,
        transfers.dept_id,
        row_number() over (partition by transfers.stay_id order by transfers.sequence desc) as place
    from {{ ref('stg_his__transfer') }} as transfers

),

wards as (

    select
        pages.stay_id,
        pages.discharge_dept_id,
        last_wards.dept_id
    from pages
    left join last_wards on pages.stay_id = last_wards.stay_id and last_wards.place = 1

),

violations as (

    {{ breaks('FP-31', 'intensive_care', 'is_outside_stay') }}
    union all
    {{ breaks('FP-36', 'wards', 'dept_id is distinct from discharge_dept_id') }}

)

select * from violations
