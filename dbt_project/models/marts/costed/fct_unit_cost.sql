-- Break-even: fixed cost over what a unit brings beyond its variable cost, which is drugs and materials.
with scope as (

    select * from {{ source('run', 'scope') }}

),

costs as (

    select
        dept_id,
        case service_setting when 'outpatient' then 'visit' else 'bed_day' end as cost_object,
        sum(amount_yuan) as cost_yuan,
        sum(case when cost_category in ('C2', 'C3') then amount_yuan else 0 end) as variable_cost_yuan
    from {{ ref('int_costing__department_cost') }}
    where is_in_scope and service_setting in ('outpatient', 'inpatient')
    group by dept_id, service_setting

),

incomes as (

    select
        ordering_dept_id as dept_id,
        case when is_inpatient then 'bed_day' else 'visit' end as cost_object,
        sum(amount_yuan) as income_yuan
    from {{ ref('int_costing__charge_volume') }}
    where is_used
    group by ordering_dept_id, is_inpatient

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
        cast(costs.variable_cost_yuan as decimal(18, 2)) as variable_cost_yuan,
        cast(coalesce(incomes.income_yuan, 0) as decimal(18, 2)) as income_yuan,
        cast(coalesce(units.unit_count, 0) as decimal(18, 0)) as unit_count
    from costs
    left join units on costs.dept_id = units.dept_id and costs.cost_object = units.cost_object
    left join incomes on costs.dept_id = incomes.dept_id and costs.cost_object = incomes.cost_object

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        joined.dept_id,
        joined.cost_object,
        joined.cost_yuan,
        cast(joined.unit_count as bigint) as unit_count,
        cast({{ divide_rounded('joined.cost_yuan', 'joined.unit_count', 4) }} as decimal(18, 4)) as unit_cost_yuan,
        joined.income_yuan,
        joined.variable_cost_yuan,
        cast({{ divide_rounded('cast(joined.cost_yuan as decimal(20, 2)) * 100', 'joined.income_yuan', 4) }} as decimal(18, 4)) as cost_per_100_yuan,
        cast({{ divide_rounded('joined.income_yuan - joined.cost_yuan', 'joined.cost_yuan', 6) }} as decimal(18, 6)) as return_on_cost,
        cast(case
            when joined.income_yuan > joined.variable_cost_yuan and joined.unit_count > 0
                then {{ divide_rounded(
                    'cast(joined.cost_yuan - joined.variable_cost_yuan as decimal(20, 2)) * joined.unit_count', 'joined.income_yuan - joined.variable_cost_yuan', 2, 2
                ) }}
        end as decimal(18, 2)) as break_even_count
    from joined
    cross join scope

)

select * from published
