with scope as (

    select * from {{ source('run', 'scope') }}

),

departments as (

    select * from {{ ref('int_conformed__department') }}

),

hospitals as (

    select hospital.hospital_id, hospital.hospital_name
    from {{ source('policy', 'hospital') }} as hospital
    cross join scope
    where {{ in_force('hospital', 'scope.month_start') }}

),

named as (

    select
        scope.hospital_id,
        scope.month_start as month,
        departments.dept_id,
        departments.dept_name,
        hospitals.hospital_name,
        departments.dept_class,
        departments.discipline_class,
        departments.strategy_class,
        departments.service_setting,
        departments.open_beds
    from departments
    cross join scope
    left join hospitals on scope.hospital_id = hospitals.hospital_id

)

select * from named
