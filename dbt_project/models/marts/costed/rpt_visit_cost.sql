with amounts as (

    select hospital_id, month, dept_id, cost_category, amount_yuan
    from {{ ref('fct_department_cost') }}
    where service_setting = 'outpatient' and cost_level <= {{ parameter('bonus_cost_level') }}

),

with_hospital as (

    select * from amounts
    union all
    select hospital_id, month, '*' as dept_id, cost_category, amount_yuan from amounts

),

costs as (

    select
        hospital_id,
        month,
        dept_id,
        {{ by_category('amount_yuan') }}
    from with_hospital
    group by hospital_id, month, dept_id

),

published as (

    select
        costs.*,
        units.unit_count,
        units.unit_cost_yuan
    from costs
    left join {{ ref('fct_unit_cost') }} as units on costs.dept_id = units.dept_id and units.cost_object = 'visit'

)

select * from published
