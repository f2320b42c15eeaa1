with scope as (

    select * from {{ source('run', 'scope') }}

),

quantities as (

    select * from {{ ref('int_costing__driver_quantity') }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        quantities.driver_code,
        coalesce(quantities.from_dept_id, '*') as from_dept_id,
        quantities.to_dept_id,
        coalesce(quantities.service_setting, 'all') as service_setting,
        cast(quantities.quantity as decimal(18, 4)) as quantity,
        quantities.is_computed
    from quantities
    cross join scope

)

select * from published
