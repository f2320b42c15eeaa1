with concepts as (

    {{ cost_concepts() }}

),

published as (

    select
        costs.hospital_id,
        costs.month,
        costs.dept_id,
        concepts.cost_concept,
        costs.cost_category,
        cast(coalesce(sum(case when costs.stage = 'direct' then costs.amount_yuan end), 0) as decimal(18, 2)) as direct_yuan,
        cast(coalesce(sum(case when costs.stage = 'administrative' then costs.amount_yuan end), 0) as decimal(18, 2)) as administrative_yuan,
        cast(coalesce(sum(case when costs.stage = 'auxiliary' then costs.amount_yuan end), 0) as decimal(18, 2)) as auxiliary_yuan,
        cast(coalesce(sum(case when costs.stage = 'technology' then costs.amount_yuan end), 0) as decimal(18, 2)) as technology_yuan,
        cast(coalesce(sum(costs.amount_yuan), 0) as decimal(18, 2)) as total_yuan
    from {{ ref('fct_department_cost') }} as costs
    inner join {{ ref('int_conformed__department') }} as departments on costs.dept_id = departments.dept_id
    inner join concepts on costs.cost_level <= concepts.highest_level
    where departments.dept_class = 'clinical'
    group by costs.hospital_id, costs.month, costs.dept_id, concepts.cost_concept, costs.cost_category

)

select * from published
