with cases as (

    select
        cases.stay_id,
        stays.patient_id,
        groups.group_code,
        cases.admitted_at,
        cases.discharged_at
    from {{ ref('int_conformed__case') }} as cases
    inner join {{ ref('int_conformed__stay') }} as stays on cases.stay_id = stays.stay_id
    inner join {{ ref('fct_case') }} as groups on cases.stay_id = groups.stay_id
    where groups.status = 'grouped'

),

returned as (

    select
        earlier.stay_id,
        cast(min({{ dbt.datediff('earlier.discharged_at', 'later.admitted_at', 'day') }}) as integer) as days_to_readmission
    from cases as earlier
    inner join cases as later
        on earlier.patient_id = later.patient_id
        and earlier.group_code = later.group_code
        and earlier.stay_id <> later.stay_id
        and earlier.discharged_at <= later.admitted_at
    group by earlier.stay_id

)

select * from returned
