with scope as (

    select * from {{ source('run', 'scope') }}

),

departments as (

    select * from {{ ref('stg_his__department') }}

),

in_month as (

    select
        departments.*,
        row_number() over (partition by departments.dept_id order by departments.valid_from desc) as recency
    from departments
    cross join scope
    where departments.valid_from < scope.next_month_start
        and (departments.valid_to is null or departments.valid_to > scope.month_start)

),

keyed as (

    select
        cast(row_number() over (order by dept_id) as integer) as dept_key,
        dept_id,
        dept_name,
        dept_class,
        service_setting,
        discipline_class,
        strategy_class,
        open_beds,
        floor_area_m2
    from in_month
    where recency = 1

)

select * from keyed
