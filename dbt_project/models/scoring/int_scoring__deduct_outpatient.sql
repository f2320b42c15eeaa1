with decisions as (

    select * from {{ ref('int_scoring__read_decisions') }}

),

ratios as (

    select
        ratios.cost_category,
        ratios.is_separately_charged,
        coalesce(ratios.ratio, decisions.uncontrollable_ratio) as ratio
    from {{ source('policy', 'bonus_deduction') }} as ratios
    inner join decisions
        on {{ in_force('ratios', 'decisions.month') }}
    where ratios.setting = 'outpatient'

),

deducted as (

    select
        costs.dept_id,
        costs.cost_category,
        costs.is_separately_charged,
        costs.stage,
        costs.amount_yuan,
        ratios.ratio,
        costs.amount_yuan * ratios.ratio as deduction_yuan
    from {{ ref('int_costing__outpatient_direct_cost') }} as costs
    inner join ratios
        on
            costs.cost_category = ratios.cost_category
            and costs.is_separately_charged = ratios.is_separately_charged
    cross join decisions
    where costs.stage = 'direct' or decisions.outpatient_cost_stage = 'full'

)

select * from deducted
