-- The figure is the change of the cost-weighted quality score (MAQS) since last month.
with scope as (

    select * from {{ source('run', 'scope') }}

),

scored as (

    select 'present' as period, quality_score, amount_yuan from {{ ref('fct_cost_quality') }}
    union all
    select 'last' as period, history.quality_score, history.amount_yuan
    from {{ source('history', 'fct_cost_quality') }} as history
    cross join scope
    where history.month = cast({{ dbt.dateadd('month', -1, 'scope.month_start') }} as date)

),

sums as (

    select
        period,
        sum(cast(quality_score * amount_yuan as decimal(28, 6))) as weighted_yuan,
        sum(amount_yuan) as amount_yuan,
        count(*) as row_count
    from scored
    group by period

),

scores as (

    select
        period,
        row_count,
        {{ divide_rounded('weighted_yuan', 'amount_yuan', 6) }} as score
    from sums

),

findings as (

    select 'MAQS ' || former.score || ' → ' || present.score as sample_key
    from scores as present
    inner join scores as former on present.period = 'present' and former.period = 'last'
    where present.score < former.score

),

checked as (

    select
        (select coalesce(sum(row_count), 0) from scores where period = 'present') as checked_rows,
        (select score from scores where period = 'present') - (select score from scores where period = 'last') as change

),

answer as (

    {{ gate_row('COST-12', figure='checked.change', hint="case when checked.change is null then 'too_early:fct_cost_quality' end") }}

)

select * from answer
