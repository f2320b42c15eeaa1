-- Beyond groups: contracted persons by head, chronic care by outcome of the year so far; a month pays what the year has moved.
with scope as (

    select
        scope.hospital_id,
        scope.month_start,
        {{ parameter('outcome_severe_complication_deduction', 'decimal(9,6)', 'scope.month_start') }} as deduction,
        hospitals.region
    from {{ source('run', 'scope') }} as scope
    left join {{ source('policy', 'hospital') }} as hospitals on {{ in_force('hospitals', 'scope.month_start') }}

),

contracted as (

    select
        'capitation' as payment_kind,
        dept_id as subject_id,
        'contracted_persons' as measure_code,
        cast(sum(case when indicator_code = 'contracted_persons' then numerator end) as decimal(18, 4)) as quantity,
        cast(coalesce(sum(case when indicator_code = 'contract_targets_met' then numerator end), 0) as decimal(18, 4)) as achieved_quantity
    from {{ ref('stg_performance__indicator') }}
    where indicator_code in ('contracted_persons', 'contract_targets_met')
    group by dept_id

),

by_head as (

    select
        contracted.*,
        false as has_severe_complication,
        cast(round(
            (cast(contracted.quantity as decimal(18, 4)) * rates.rate + cast(contracted.achieved_quantity as decimal(18, 4)) * rates.extra), 2
        ) as decimal(18, 2)) as year_yuan,
        cast(0 as decimal(18, 2)) as paid_yuan
    from contracted
    cross join scope
    inner join {{ source('policy', 'capitation') }} as rates on scope.region = rates.region and {{ in_force('rates', 'scope.month_start') }}
    where contracted.quantity is not null

),

before as (

    select
        published.subject_id,
        published.measure_code,
        published.quantity,
        published.achieved_quantity,
        published.has_severe_complication,
        published.year_yuan
    from {{ source('history', 'fct_person_payment') }} as published
    inner join scope
        on published.month = cast({{ dbt.dateadd('month', -1, 'scope.month_start') }} as date)
        and extract(year from published.month) = extract(year from scope.month_start)
    where published.payment_kind = 'outcome'

),

reported as (

    select
        patient_id as subject_id,
        measure_code,
        cast(count(*) as decimal(18, 4)) as quantity,
        cast(sum(value) as decimal(18, 4)) as achieved_quantity
    from {{ ref('stg_his__follow_up') }}
    where measure_code <> 'severe_complication'
    group by patient_id, measure_code
    union all
    select subject_id, measure_code, quantity, achieved_quantity from before

),

complicated as (

    select patient_id as subject_id from {{ ref('stg_his__follow_up') }} where measure_code = 'severe_complication' and value > 0
    union
    select subject_id from before where has_severe_complication

),

followed as (

    select
        subject_id,
        measure_code,
        cast(sum(quantity) as decimal(18, 4)) as quantity,
        cast(sum(achieved_quantity) as decimal(18, 4)) as achieved_quantity
    from reported
    group by subject_id, measure_code

),

tiers as (

    select outcome.*
    from {{ source('policy', 'outcome_payment') }} as outcome
    inner join scope on {{ in_force('outcome', 'scope.month_start') }}

),

by_outcome as (

    select
        'outcome' as payment_kind,
        followed.subject_id,
        followed.measure_code,
        followed.quantity,
        followed.achieved_quantity,
        complicated.subject_id is not null as has_severe_complication,
        cast(round(
            cast(tiers.amount as decimal(24, 2)) * case when complicated.subject_id is null then 1 else 1 - scope.deduction end, 2
        ) as decimal(18, 2)) as year_yuan,
        cast(coalesce(before.year_yuan, 0) as decimal(18, 2)) as paid_yuan
    from followed
    cross join scope
    inner join tiers
        on followed.measure_code = tiers.measure_code
        and followed.achieved_quantity >= tiers.low * followed.quantity
        and (tiers.high is null or followed.achieved_quantity < tiers.high * followed.quantity)
    left join complicated on followed.subject_id = complicated.subject_id
    left join before on followed.subject_id = before.subject_id and followed.measure_code = before.measure_code

),

lines as (

    select * from by_head
    union all
    select * from by_outcome

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        lines.payment_kind,
        lines.subject_id,
        lines.measure_code,
        lines.quantity,
        lines.achieved_quantity,
        cast({{ divide_rounded('lines.achieved_quantity', 'lines.quantity', 6) }} as decimal(18, 6)) as achieved_ratio,
        lines.has_severe_complication,
        lines.year_yuan,
        cast(lines.year_yuan - lines.paid_yuan as decimal(18, 2)) as amount_yuan
    from lines
    cross join scope

)

select * from published
