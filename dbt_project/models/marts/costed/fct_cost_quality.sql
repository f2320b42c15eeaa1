with scope as (

    select * from {{ source('run', 'scope') }}

),

steps as (

    select
        allocation_step.step_no,
        min(allocation_step.quality_score) as quality_score
    from {{ source('policy', 'allocation_step') }} as allocation_step
    cross join scope
    where {{ in_force('allocation_step', 'scope.month_start') }}
    group by allocation_step.step_no

),

allocations as (

    select 'own_items' as allocation, {{ parameter('quality_score_own_items', 'decimal(9, 6)') }} as quality_score, own_cost_yuan as amount_yuan
    from {{ ref('int_costing__own_item') }}
    union all
    select
        drivers.driver_code as allocation,
        case drivers.driver_code
            when 'workload_points' then {{ parameter('quality_score_workload_points', 'decimal(9, 6)') }}
            else {{ parameter('quality_score_bed_days', 'decimal(9, 6)') }}
        end as quality_score,
        shares.shared_cost_yuan as amount_yuan
    from {{ ref('int_costing__stay_share') }} as shares
    cross join (select {{ parameter('case_share_driver') }} as driver_code) as drivers
    union all
    select 'step_' || postings.step_no as allocation, steps.quality_score, postings.amount_yuan
    from {{ ref('int_costing__allocation') }} as postings
    inner join steps on postings.step_no = steps.step_no

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        allocations.allocation,
        cast(allocations.quality_score as decimal(9, 6)) as quality_score,
        cast(sum(allocations.amount_yuan) as decimal(18, 2)) as amount_yuan
    from allocations
    cross join scope
    group by scope.hospital_id, scope.month_start, allocations.allocation, allocations.quality_score

)

select * from published
