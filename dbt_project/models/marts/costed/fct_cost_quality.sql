with scope as (

    select * from {{ source('run', 'scope') }}

),

steps as (

    select
        allocation_step.step_no,
        cast(min(allocation_step.quality_score) as decimal(9, 6)) as quality_score,
        min(allocation_step.evidence) as evidence
    from {{ source('policy', 'allocation_step') }} as allocation_step
    cross join scope
    where {{ in_force('allocation_step', 'scope.month_start') }}
    group by allocation_step.step_no

),

rated as (

    select
        setting.parameter_code,
        cast(setting.value as decimal(9, 6)) as quality_score,
        setting.note as evidence
    from {{ source('policy', 'parameter') }} as setting
    cross join scope
    where setting.parameter_code in ('quality_score_own_items', 'quality_score_bed_days', 'quality_score_minutes', 'quality_score_workload_points')
        and {{ in_force('setting', 'scope.month_start') }}

),

moved as (

    select 'own_items' as allocation, 'quality_score_own_items' as parameter_code, null as step_no, own_cost_yuan as amount_yuan
    from {{ ref('int_costing__own_item') }}
    union all
    select drivers.driver_code as allocation, 'quality_score_' || drivers.driver_code as parameter_code, null as step_no, shares.shared_cost_yuan as amount_yuan
    from {{ ref('int_costing__stay_share') }} as shares
    cross join (select {{ parameter('case_share_driver') }} as driver_code) as drivers
    union all
    select 'step_' || step_no as allocation, null as parameter_code, step_no, amount_yuan
    from {{ ref('int_costing__allocation') }}

),

summed as (

    select
        allocation,
        parameter_code,
        step_no,
        cast(sum(amount_yuan) as decimal(18, 2)) as amount_yuan
    from moved
    group by allocation, parameter_code, step_no

),

judged as (

    select
        summed.*,
        coalesce(steps.quality_score, rated.quality_score) as quality_score,
        coalesce(steps.evidence, rated.evidence) as evidence
    from summed
    left join steps on summed.step_no = steps.step_no
    left join rated on summed.parameter_code = rated.parameter_code

),

weighted as (

    select
        *,
        sum(amount_yuan) over () as all_yuan,
        sum(cast(amount_yuan as decimal(28, 2)) * quality_score) over () as scored_yuan
    from judged

),

scored as (

    select
        *,
        cast({{ divide_rounded('amount_yuan', 'all_yuan', 6, 2) }} as decimal(18, 6)) as cost_share,
        cast({{ divide_rounded('scored_yuan', 'all_yuan', 6, 8) }} as decimal(9, 6)) as overall_score
    from weighted

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        scored.allocation,
        cast(scored.quality_score as decimal(9, 6)) as quality_score,
        scored.evidence,
        scored.amount_yuan,
        scored.cost_share,
        scored.overall_score,
        case
            when scored.overall_score >= {{ parameter('quality_band_gold', 'decimal(9,6)') }} then 'gold'
            when scored.overall_score >= {{ parameter('quality_band_silver', 'decimal(9,6)') }} then 'silver'
            else 'bronze'
        end as quality_band
    from scored
    cross join scope

)

select * from published
