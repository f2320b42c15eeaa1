-- A strict step lets all its departments give at once; a sequential one lets them give one after the other.
with scope as (

    select * from {{ source('run', 'scope') }}

),

steps as (

    select allocation_step.*
    from {{ source('policy', 'allocation_step') }} as allocation_step
    cross join scope
    where {{ in_force('allocation_step', 'scope.month_start') }}

),

departments as (

    select dept_id, dept_class from {{ ref('int_conformed__department') }} where dept_class <> 'clinical'

),

candidates as (

    select
        departments.dept_id,
        steps.step_no,
        steps.to_dept_classes,
        steps.driver_code,
        steps.fallback_driver_code,
        case steps.method when 'sequential' then departments.dept_id else '' end as place,
        case departments.dept_class
            when 'administrative' then 'administrative'
            when 'medical_auxiliary' then 'auxiliary'
            else 'technology'
        end as stage,
        row_number() over (
            partition by departments.dept_id
            order by case when steps.from_dept_id is null then 1 else 0 end, steps.step_no
        ) as preference
    from departments
    inner join steps
        on departments.dept_id = steps.from_dept_id
        or (steps.from_dept_id is null and departments.dept_class = steps.from_dept_class)

),

givers as (

    select
        dept_id,
        cast(dense_rank() over (order by step_no, place) as integer) as step_order,
        cast(row_number() over (order by step_no, dept_id) as integer) as giver_no,
        step_no,
        stage,
        to_dept_classes,
        driver_code,
        fallback_driver_code
    from candidates
    where preference = 1

)

select * from givers
