with concepts as (

    {{ cost_concepts() }}

),

published as (

    select
        costs.hospital_id,
        costs.month,
        costs.dept_id,
        concepts.cost_concept,
        {{ by_category('costs.amount_yuan', 'costs.cost_category') }}
    from {{ ref('fct_department_cost') }} as costs
    inner join concepts on costs.cost_level <= concepts.highest_level
    where costs.stage = 'direct'
    group by costs.hospital_id, costs.month, costs.dept_id, concepts.cost_concept

)

select * from published
