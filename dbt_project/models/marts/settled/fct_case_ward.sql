with published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        wards.stay_id,
        wards.dept_id,
        wards.ward_weight
    from {{ ref('int_settlement__weigh_wards') }} as wards
    cross join {{ source('run', 'scope') }} as scope

)

select * from published
