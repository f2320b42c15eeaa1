with full_cost as (

    select * from {{ ref('rpt_clinical_full_cost') }}

),

sums as (

    select
        *,
        sum(total_yuan) over (partition by dept_id, cost_concept) as department_yuan
    from full_cost

),

published as (

    select
        hospital_id,
        month,
        dept_id,
        cost_concept,
        cost_category,
        total_yuan,
        cast({{ divide_rounded('total_yuan', 'department_yuan', 6) }} as decimal(18, 6)) as category_share,
        cast({{ divide_rounded('direct_yuan', 'total_yuan', 6) }} as decimal(18, 6)) as direct_share,
        cast({{ divide_rounded('administrative_yuan', 'total_yuan', 6) }} as decimal(18, 6)) as administrative_share,
        cast({{ divide_rounded('auxiliary_yuan', 'total_yuan', 6) }} as decimal(18, 6)) as auxiliary_share,
        cast({{ divide_rounded('technology_yuan', 'total_yuan', 6) }} as decimal(18, 6)) as technology_share
    from sums

)

select * from published
