-- Stays mostly have one settlement, so what only several need is looked at where several are.
with reversals as (

    select distinct reverses_settlement_id from {{ ref('stg_his__settlement') }}
    where encounter_type = 'inpatient' and reverses_settlement_id is not null

),

summed as (

    select
        settlements.encounter_id as stay_id,
        max(settlements.settled_on) as settled_on,
        cast(sum(settlements.total_fee) as decimal(18, 2)) as total_fee_yuan,
        cast(sum(settlements.patient_pay) as decimal(18, 2)) as patient_pay_yuan,
        cast(sum(settlements.full_self_paid + settlements.first_self_paid + settlements.deductible) as decimal(18, 2)) as outside_scope_yuan,
        cast(sum(settlements.fund_booked) as decimal(18, 2)) as fund_booked_yuan,
        max(settlements.in_scope_ratio) as in_scope_ratio,
        max(coalesce(settlements.in_scope_ratio, -1)) > min(coalesce(settlements.in_scope_ratio, -1)) as has_several_ratios
    from {{ ref('stg_his__settlement') }} as settlements
    left join reversals on settlements.settlement_id = reversals.reverses_settlement_id
    where settlements.encounter_type = 'inpatient' and not settlements.is_reversal and reversals.reverses_settlement_id is null
    group by settlements.encounter_id

),

ratios as (

    select
        settlements.encounter_id,
        settlements.in_scope_ratio,
        row_number() over (
            partition by settlements.encounter_id order by settlements.settled_on desc, settlements.settlement_id desc
        ) as recency
    from {{ ref('stg_his__settlement') }} as settlements
    inner join summed on settlements.encounter_id = summed.stay_id
    left join reversals on settlements.settlement_id = reversals.reverses_settlement_id
    where summed.has_several_ratios
        and settlements.encounter_type = 'inpatient'
        and not settlements.is_reversal
        and reversals.reverses_settlement_id is null

),

newest as (

    select encounter_id, in_scope_ratio from ratios where recency = 1

),

chosen as (

    select
        summed.stay_id,
        summed.settled_on,
        summed.total_fee_yuan,
        summed.patient_pay_yuan,
        summed.outside_scope_yuan,
        summed.fund_booked_yuan,
        case when summed.has_several_ratios then newest.in_scope_ratio else summed.in_scope_ratio end as in_scope_ratio
    from summed
    left join newest on summed.stay_id = newest.encounter_id

)

select * from chosen
