with scope as (

    select * from {{ source('run', 'scope') }}

),

costs as (

    select
        dept_id,
        case service_setting when 'outpatient' then 'visit' else 'bed_day' end as cost_object,
        sum(amount_yuan) as cost_yuan
    from {{ ref('int_costing__department_cost') }}
    where is_in_scope and service_setting in ('outpatient', 'inpatient')
    group by dept_id, service_setting

),

units as (

    select dept_id, 'visit' as cost_object, count(*) as unit_count
    from {{ ref('int_conformed__visit') }}
    group by dept_id
    union all
    select dept_id, 'bed_day' as cost_object, sum(days_in_month) as unit_count
    from {{ ref('int_conformed__ward_day') }}
    group by dept_id

),

joined as (

    select
        costs.dept_id,
        costs.cost_object,
        cast(costs.cost_yuan as decimal(18, 2)) as cost_yuan,
        cast(coalesce(units.unit_count, 0) as bigint) as unit_count
    from costs
    left join units on costs.dept_id = units.dept_id and costs.cost_object = units.cost_object

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        joined.dept_id,
        joined.cost_object,
        joined.cost_yuan,
        joined.unit_count,
        cast({{ divide_rounded('joined.cost_yuan', 'cast(joined.unit_count as decimal(18, 0))', 4) }} as decimal(18, 4)) as unit_cost_yuan
    from joined
    cross join scope

)

select * from published
