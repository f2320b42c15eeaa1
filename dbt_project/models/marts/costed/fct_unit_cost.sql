-- Break-even: fixed cost over what a unit brings beyond its variable cost, which is drugs and materials.
with scope as (

    select * from {{ source('run', 'scope') }}

),

measures as (

    select
        dept_id,
        case service_setting when 'outpatient' then 'visit' else 'bed_day' end as cost_object,
        amount_yuan as cost_yuan,
        case when cost_category in ('C2', 'C3') then amount_yuan else 0 end as variable_cost_yuan,
        0 as income_yuan,
        0 as unit_count,
        true as is_cost
    from {{ ref('int_costing__department_cost') }}
    where is_in_scope and service_setting in ('outpatient', 'inpatient')
    union all
    select
        ordering_dept_id as dept_id,
        case when is_inpatient then 'bed_day' else 'visit' end as cost_object,
        0 as cost_yuan,
        0 as variable_cost_yuan,
        amount_yuan as income_yuan,
        0 as unit_count,
        false as is_cost
    from {{ ref('int_costing__charge_volume') }}
    where is_used
    union all
    select dept_id, 'visit' as cost_object, 0 as cost_yuan, 0 as variable_cost_yuan, 0 as income_yuan, count(*) as unit_count, false as is_cost
    from {{ ref('int_conformed__visit') }}
    group by dept_id
    union all
    select dept_id, 'bed_day' as cost_object, 0 as cost_yuan, 0 as variable_cost_yuan, 0 as income_yuan, days_in_month as unit_count, false as is_cost
    from {{ ref('int_conformed__ward_day') }}

),

by_department as (

    select
        dept_id,
        cost_object,
        sum(cost_yuan) as cost_yuan,
        sum(variable_cost_yuan) as variable_cost_yuan,
        sum(income_yuan) as income_yuan,
        sum(unit_count) as unit_count,
        max(case when is_cost then 1 else 0 end) as has_cost
    from measures
    group by dept_id, cost_object

),

-- The whole hospital counts every visit and bed day, those of departments without cost units too.
with_hospital as (

    select * from by_department
    union all
    select
        '*' as dept_id,
        cost_object,
        sum(cost_yuan) as cost_yuan,
        sum(variable_cost_yuan) as variable_cost_yuan,
        sum(income_yuan) as income_yuan,
        sum(unit_count) as unit_count,
        max(has_cost) as has_cost
    from by_department
    group by cost_object

),

typed as (

    select
        dept_id,
        cost_object,
        cast(cost_yuan as decimal(18, 2)) as cost_yuan,
        cast(variable_cost_yuan as decimal(18, 2)) as variable_cost_yuan,
        cast(income_yuan as decimal(18, 2)) as income_yuan,
        cast(unit_count as decimal(18, 0)) as unit_count
    from with_hospital
    where has_cost = 1

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        typed.dept_id,
        typed.cost_object,
        typed.cost_yuan,
        cast(typed.unit_count as bigint) as unit_count,
        cast({{ divide_rounded('typed.cost_yuan', 'typed.unit_count', 4) }} as decimal(18, 4)) as unit_cost_yuan,
        typed.income_yuan,
        typed.variable_cost_yuan,
        cast({{ divide_rounded('cast(typed.cost_yuan as decimal(20, 2)) * 100', 'typed.income_yuan', 4) }} as decimal(18, 4)) as cost_per_100_yuan,
        cast({{ divide_rounded('typed.income_yuan - typed.cost_yuan', 'typed.cost_yuan', 6) }} as decimal(18, 6)) as return_on_cost,
        cast(case
            when typed.income_yuan > typed.variable_cost_yuan and typed.unit_count > 0
                then {{ divide_rounded(
                    'cast(typed.cost_yuan - typed.variable_cost_yuan as decimal(20, 2)) * typed.unit_count', 'typed.income_yuan - typed.variable_cost_yuan', 2, 2
                ) }}
        end as decimal(18, 2)) as break_even_count
    from typed
    cross join scope

)

select * from published
